"""The files for systemd, as far as they can be judged where it does not run."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ad_system.environment import Environment
from ad_system.management.commands.run_part import NAMES
from ad_system.secret_files import SECRETS
from tests.plugin.runs import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell script, and users")

FOLDER = ROOT / "ops" / "systemd"
KEPT = "/etc/ad_system/secrets/"
GOOD_SECRET = "9a5f0c33de1b4a7288e4c6d1f0b7352a9a5f0c33de1b4a7288e4c6d1f0b7352a"


def settings() -> dict[str, str]:
    """Return what the file of settings says, as systemd reads it."""
    lines = (FOLDER / "settings").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def options(unit: str) -> dict[str, str]:
    """Return the options of a unit; of one that is there more than once the last."""
    lines = (FOLDER / unit).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def test_production_starts_with_the_settings_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Environment.model_config, "env_file", None)
    for name in Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in settings().items():
        if value.startswith(KEPT):
            (tmp_path / Path(value).name).write_text("" if "fallbacks" in value else f"{GOOD_SECRET}\n")
        monkeypatch.setenv(name, value.replace(KEPT, f"{tmp_path}/"))

    environment = Environment()

    assert environment.production
    assert environment.secret_key == environment.database_password == environment.metrics_token == GOOD_SECRET
    assert environment.trusted_proxies == ["127.0.0.1"]


def test_every_line_of_the_settings_is_a_setting() -> None:
    known = {name.upper() for name in Environment.model_fields} | {f"{name.upper()}_FILE" for name in SECRETS}

    assert settings().keys() <= known
    # systemd and a shell have to read the same.
    assert [value for value in settings().values() if re.search(r"""["'$`\\\s;&|]""", value)] == []


@pytest.mark.parametrize("unit", ["ad_system@.service", "ad_system-backup.service"])
def test_unit_runs_as_nobody_special_and_writes_where_the_settings_say(unit: str) -> None:
    found = options(unit)

    assert (found["User"], found["NoNewPrivileges"], found["ProtectSystem"]) == ("ad_system", "yes", "strict")
    assert f"/var/lib/{found['StateDirectory'].split()[0]}" == settings()["DATA_DIR"]
    assert found["EnvironmentFile"] == "/etc/ad_system/settings"
    assert found["UMask"] == "0077"


def test_every_part_that_is_named_can_be_run() -> None:
    text = (FOLDER / "ad_system@.service").read_text()

    assert options("ad_system@.service")["ExecStart"].endswith("manage.py run_part %i")
    assert set(re.findall(r"@(\w+)", text.splitlines()[0])) == set(NAMES) - {"migrate"}


@pytest.mark.system
def test_desk_runs_a_command_with_the_settings_from_wherever_it_is_called(tmp_path: Path) -> None:
    home, data = tmp_path / "home", tmp_path / "data"
    home.mkdir()
    (home / "app").symlink_to(ROOT)
    (home / "venv").symlink_to(sys.prefix)
    (tmp_path / "settings").write_text(f"# A comment\nDATA_DIR={data}\nDEFAULT_CURRENCY=EUR\n")
    environment = {
        "PATH": os.environ["PATH"],
        "DESK_HOME": str(home),
        "DESK_SETTINGS": str(tmp_path / "settings"),
        "DESK_USER": pwd.getpwuid(os.geteuid()).pw_name,
    }
    look = "from django.conf import settings; print(settings.DEFAULT_CURRENCY, settings.ENVIRONMENT.data_dir)"

    done = subprocess.run(
        [FOLDER / "desk", "shell", "--no-imports", "-c", look],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stdout == f"EUR {data}\n", done.stderr
