from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from ad_system.environment import BASE_DIR, Environment

SECRET = "s" * 50
SAFE = {"PRODUCTION": "1", "SECRET_KEY": SECRET, "ALLOWED_HOSTS": "desk.example.com"}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting but DATA_DIR, neither from a shell nor from a `.env` file."""
    monkeypatch.setitem(Environment.model_config, "env_file", None)
    for name in Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))


def read(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> Environment:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return Environment()


def refusal(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> str:
    with pytest.raises(ValidationError) as caught:
        read(monkeypatch, settings)
    return str(caught.value.errors()[0]["msg"])


def test_every_default_runs_on_a_laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = read(monkeypatch, {})

    assert environment.production is False
    assert environment.debug is False
    assert environment.database_url == ""
    assert environment.celery_broker_url == ""
    assert environment.allowed_hosts == ["localhost", "127.0.0.1", "[::1]"]


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("desk.example.com", ["desk.example.com"]),
        ("a.example, b.example ,", ["a.example", "b.example"]),
        ("", []),
    ],
)
def test_hosts_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch, text: str, hosts: list[str]) -> None:
    environment = read(monkeypatch, {"ALLOWED_HOSTS": text})

    assert environment.allowed_hosts == hosts


@pytest.mark.parametrize(
    ("text", "folder"),
    [("desk", BASE_DIR / "desk"), ("/srv/desk", Path("/srv/desk")), ("", BASE_DIR / "var")],
)
def test_data_dir_is_the_same_wherever_a_command_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, folder: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    # With all three given, nothing is kept there, so nothing is made there.
    elsewhere = {"SECRET_KEY": SECRET, "DATABASE_URL": "postgres://db/desk", "CELERY_BROKER_URL": "redis://broker"}

    environment = read(monkeypatch, {**elsewhere, "DATA_DIR": text})

    assert environment.data_dir == folder


@pytest.mark.parametrize(("text", "thresholds"), [("100, 50,50", [50, 100]), ("", [])])
def test_thresholds_are_sorted_and_may_be_none(
    monkeypatch: pytest.MonkeyPatch, text: str, thresholds: list[int]
) -> None:
    assert read(monkeypatch, {"BUDGET_THRESHOLDS": text}).budget_thresholds == thresholds


def test_data_dir_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment = read(monkeypatch, {"DATA_DIR": str(tmp_path / "deep" / "down")})

    assert environment.data_dir.is_dir()


def test_data_dir_that_cannot_be_made_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    sentence = refusal(monkeypatch, {"DATA_DIR": str(tmp_path / "file" / "data")})

    assert "cannot be made: Not a directory" in sentence


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_data_dir_of_somebody_else_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o555)

    sentence = refusal(monkeypatch, {"DATA_DIR": str(tmp_path / "closed")})

    assert "is not writable for this user" in sentence


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"DEFAULT_TIME_ZONE": "Berlin"}, "'Berlin' is not a time zone"),
        ({"DEFAULT_TIME_ZONE": ""}, "is not a time zone"),
        ({"LOG_LEVEL": "chatty"}, "use DEBUG, INFO, WARNING or ERROR"),
        ({"FAN_OUT_BRANDS": "0"}, "greater than or equal to 1"),
        ({"PRODUCTION": "perhaps"}, "valid boolean"),
        ({"BUDGET_THRESHOLDS": "80,0"}, "use whole percents from 1 to 1000"),
        ({"BUDGET_THRESHOLDS": "80 %"}, "valid integer"),
        ({"WEBHOOK_TIMEOUT": "0"}, "greater than 0"),
        ({"WEBHOOK_TIMEOUT": "61"}, "less than or equal to 60"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], part: str
) -> None:
    assert part in refusal(monkeypatch, settings)


def test_log_level_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, {"LOG_LEVEL": "debug"}).log_level == "DEBUG"


def test_production_with_all_that_it_needs_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = read(monkeypatch, SAFE)

    assert environment.production is True


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"DEBUG": "1"}, "DEBUG is on"),
        ({"ALLOW_TIME_TRAVEL": "1"}, "ALLOW_TIME_TRAVEL is on"),
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing or short"),
        ({"SECRET_KEY": "s" * 49}, "SECRET_KEY is missing or short"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS is open"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is open"),
    ],
)
def test_production_refuses_what_is_only_safe_on_a_laptop(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], part: str
) -> None:
    assert part in refusal(monkeypatch, {**SAFE, **settings})


def test_production_names_everything_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = refusal(monkeypatch, {"PRODUCTION": "1", "DEBUG": "1", "ALLOWED_HOSTS": "*"})

    assert "DEBUG" in sentence
    assert "SECRET_KEY" in sentence
    assert "ALLOWED_HOSTS" in sentence
