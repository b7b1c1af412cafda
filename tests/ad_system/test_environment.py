from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from ad_system.environment import BASE_DIR, Environment
from ad_system.secret_files import SECRETS
from tests.ad_system.running import run_manage

SECRET = "correct horse battery staple " * 2
SAFE = {
    "PRODUCTION": "1",
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "desk.example.com",
    "DATABASE_URL": "postgres://desk:xyzzy@db/desk",
}


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


@pytest.mark.system
def test_settings_that_cannot_be_used_stop_a_command_with_a_sentence_for_each(tmp_path: Path) -> None:
    safe = {"SECRET_KEY": SECRET, "ALLOWED_HOSTS": "desk.example.com"}

    unsafe = run_manage(tmp_path, "check", PRODUCTION="1", **safe)
    wrong = run_manage(tmp_path, "check", LOG_LEVEL="LOUD", WEB_PROCESSES="0")

    assert unsafe.stderr == (
        "ad_system: not safe in production. the database is SQLite: set DATABASE_URL to PostgreSQL, or ALLOW_SQLITE=1 "
        "if it is meant\n"
    )
    assert wrong.stderr == (
        "ad_system: LOG_LEVEL use DEBUG, INFO, WARNING or ERROR\n"
        "ad_system: WEB_PROCESSES Input should be greater than or equal to 1\n"
    )
    assert (unsafe.returncode, wrong.returncode) == (1, 1)


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
        ({"TRUSTED_PROXIES": "10.0.0.5, caddy"}, "caddy is no address and no network"),
        ({"LOG_FORMAT": "xml"}, "'line' or 'json'"),
        ({"WORKER_PROCESSES": "0"}, "greater than or equal to 1"),
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
        ({"SECRET_KEY": SECRET[:49]}, "SECRET_KEY is missing or short"),
        ({"SECRET_KEY": "django-insecure-" + SECRET}, "SECRET_KEY is one that others know"),
        ({"SECRET_KEY": "s" * 50}, "SECRET_KEY is one that others know"),
        ({"SECRET_KEY_FALLBACKS": "ssssss"}, "SECRET_KEY_FALLBACKS is one that others know"),
        ({"DATABASE_URL": ""}, "the database is SQLite"),
        ({"DATABASE_URL": "sqlite:////srv/desk.sqlite3"}, "the database is SQLite"),
        ({"DATABASE_URL": "postgres://desk:only-for-trials@db/desk"}, "DATABASE_PASSWORD is one that others know"),
        ({"DATABASE_PASSWORD": "postgres"}, "DATABASE_PASSWORD is one that others know"),
        ({"CELERY_BROKER_URL": "redis://:chang%65me@r/0"}, "CELERY_BROKER_PASSWORD is one that others know"),
        ({"FLOWER_PASSWORD": "only-for-trials"}, "FLOWER_PASSWORD is one that others know"),
        ({"TRUSTED_PROXIES": "0.0.0.0/0"}, "TRUSTED_PROXIES names the whole world"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS is open"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is open"),
    ],
)
def test_production_refuses_what_is_only_safe_on_a_laptop(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], part: str
) -> None:
    assert part in refusal(monkeypatch, {**SAFE, **settings})


def test_production_runs_on_sqlite_if_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = read(monkeypatch, {**SAFE, "DATABASE_URL": "", "ALLOW_SQLITE": "1"})

    assert environment.production is True


def test_production_refuses_the_key_of_the_example(monkeypatch: pytest.MonkeyPatch) -> None:
    example = next(line for line in (BASE_DIR / ".env.example").read_text().splitlines() if "SECRET_KEY=" in line)

    assert "SECRET_KEY is one that others know" in refusal(
        monkeypatch, {**SAFE, "SECRET_KEY": example.partition("=")[2]}
    )


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text(f"{SECRET.strip()}\n")

    environment = read(monkeypatch, {f"{name.upper()}_FILE": str(tmp_path / "secret")})

    assert getattr(environment, name) in (SECRET.strip(), [SECRET.strip()])
    assert SECRET.strip() not in repr(environment)


def test_old_keys_may_stand_on_lines_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("the last one\nthe one before\n")

    environment = read(monkeypatch, {"SECRET_KEY_FALLBACKS_FILE": str(tmp_path / "keys")})

    assert environment.secret_key_fallbacks == ["the last one", "the one before"]


@pytest.mark.parametrize(
    ("content", "settings", "sentence"),
    [
        (None, {}, "cannot be read from {path} (SECRET_KEY_FILE): No such file or directory"),
        (b" \n", {}, "is missing: {path} (SECRET_KEY_FILE) is empty"),
        (b"\xff\xfe", {}, "cannot be read from {path} (SECRET_KEY_FILE): it is no text"),
        (b"fine", {"SECRET_KEY": SECRET}, "is given twice: leave SECRET_KEY or SECRET_KEY_FILE out"),
    ],
)
def test_a_file_that_gives_no_secret_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, settings: dict[str, str], sentence: str
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)

    said = refusal(monkeypatch, {"SECRET_KEY_FILE": str(path), **settings})

    assert sentence.format(path=path) in said


def test_production_names_everything_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = refusal(monkeypatch, {"PRODUCTION": "1", "DEBUG": "1", "ALLOWED_HOSTS": "*"})

    assert "DEBUG" in sentence
    assert "SECRET_KEY" in sentence
    assert "ALLOWED_HOSTS" in sentence
