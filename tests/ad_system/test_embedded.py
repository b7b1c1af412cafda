from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import stat
import sys
from pathlib import Path

import kombu
import pytest

from ad_system import broker, embedded

STRANGE_NAMES = ["plain", "with space", "100%20", "hash#question?", "ä@:+", "[x]{y}", "quote'\""]


def test_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    first = embedded.secret_key(tmp_path / "data")
    second = embedded.secret_key(tmp_path / "data")

    assert first == second
    assert len(first) >= 50
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600


def test_secret_key_is_the_same_for_two_that_start_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret_key"

    def be_late(size: int) -> str:
        path.write_text("of the other process")
        return "mine" * size

    monkeypatch.setattr(secrets, "token_urlsafe", be_late)

    assert embedded.secret_key(tmp_path) == "of the other process"


@pytest.mark.parametrize("name", STRANGE_NAMES)
def test_database_lies_in_the_data_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    settings = embedded.database("", tmp_path / name)

    assert Path(settings["NAME"]) == tmp_path / name / "ad_system.sqlite3"


def test_database_on_sqlite_locks_early_and_lets_readers_read(tmp_path: Path) -> None:
    settings = embedded.database("", tmp_path)

    with contextlib.closing(sqlite3.connect(settings["NAME"])) as connection:
        connection.executescript(settings["OPTIONS"]["init_command"])
        journal_mode = connection.execute("PRAGMA journal_mode").fetchone()

    assert journal_mode == ("wal",)
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_database_elsewhere_is_checked_before_it_is_used_again(tmp_path: Path) -> None:
    settings = embedded.database("postgres://desk:secret@db.example.com:5433/desk", tmp_path)

    assert settings["ENGINE"] == "ad_system.postgresql"
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("db.example.com", 5433, "desk")
    assert settings["CONN_HEALTH_CHECKS"] is True
    assert "transaction_mode" not in settings.get("OPTIONS", {})


def test_statements_of_the_orm_are_not_prepared(tmp_path: Path) -> None:
    assert embedded.database("postgres://db/desk", tmp_path)["OPTIONS"]["prepare_threshold"] is None


def test_database_password_takes_the_place_of_the_one_in_the_address(tmp_path: Path) -> None:
    settings = embedded.database("postgres://desk:old@db/desk", tmp_path, password="new/@:")

    assert (settings["USER"], settings["PASSWORD"]) == ("desk", "new/@:")


def test_database_behind_a_pooler_keeps_nothing_beyond_a_transaction(tmp_path: Path) -> None:
    settings = embedded.database("postgres://desk@db/desk?options=-csearch_path%3Ddesk", tmp_path, has_pooler=True)

    assert settings["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert settings["OPTIONS"] == {**embedded.POSTGRES_PATIENCE, "prepare_threshold": None}


def test_database_without_a_pooler_is_asked_in_pieces(tmp_path: Path) -> None:
    assert not embedded.database("postgres://desk@db/desk", tmp_path).get("DISABLE_SERVER_SIDE_CURSORS")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://redis:6379/0", "redis://:a%2F%40b@redis:6379/0"),
        ("rediss://desk:old@[::1]:6380/1", "rediss://desk:a%2F%40b@[::1]:6380/1"),
    ],
)
def test_broker_password_takes_the_place_of_the_one_in_the_address(url: str, expected: str) -> None:
    assert embedded.with_password(url, "a/@b") == expected
    assert embedded.with_password(url, "") == url
    assert kombu.Connection(expected).password == "a/@b"


def test_broker_socket_lies_in_the_data_folder_if_short_enough() -> None:
    assert embedded.broker_socket(Path("/srv/desk/var")) == Path("/srv/desk/var/broker.sock")


@pytest.mark.parametrize("temporary", ["/tmp", "/run/user/1000", f"/{'t' * 120}"])
def test_broker_socket_of_a_long_path_is_short(monkeypatch: pytest.MonkeyPatch, temporary: str) -> None:
    monkeypatch.setattr("tempfile.tempdir", temporary)
    desk, other_desk = Path("/srv", *["desk"] * 40), Path("/srv", *["other"] * 40)

    sockets = [embedded.broker_socket(path) for path in (desk, desk, other_desk)]

    assert all(len(os.fsencode(path)) <= embedded.LONGEST_SOCKET_PATH for path in sockets)
    assert sockets[0] == sockets[1]
    assert sockets[0] != sockets[2]


@pytest.mark.parametrize("name", STRANGE_NAMES)
@pytest.mark.skipif(broker.find_server() is None, reason="no Valkey or Redis server runs here")
def test_broker_url_leads_to_the_socket_whatever_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    url = embedded.broker_url(tmp_path / name)

    with kombu.Connection(url) as connection, pytest.raises(kombu.exceptions.OperationalError) as refusal:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=1)

    # redis names the socket that it looked for.
    assert str(embedded.broker_socket(tmp_path / name)) in str(refusal.value)


def test_broker_url_without_a_server_is_files_that_carry_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "find_server", lambda: None)
    url = embedded.broker_url(tmp_path)
    options = embedded.transport_options(url, tmp_path)

    with kombu.Connection(url, transport_options=options) as connection, connection.SimpleQueue("celery") as queue:
        queue.put({"task": "enforce_budgets"})
        message = queue.get(timeout=10)
        message.ack()

    assert message.payload == {"task": "enforce_budgets"}
    assert url.startswith("filesystem://")


@pytest.mark.parametrize("url", ["redis://localhost", "rediss://localhost", "redis+socket:///run/broker.sock"])
def test_transport_options_of_redis_give_a_lost_task_back_within_minutes(tmp_path: Path, url: str) -> None:
    assert embedded.transport_options(url, tmp_path)["visibility_timeout"] == 600


@pytest.mark.parametrize("url", ["amqp://localhost", "memory://"])
def test_transport_options_of_others_are_theirs(tmp_path: Path, url: str) -> None:
    assert embedded.transport_options(url, tmp_path) == {}


def test_writers_wait_as_long_as_suits_the_database_or_as_somebody_says(tmp_path: Path) -> None:
    url = "postgres://desk:secret@db.example.com/desk"
    by_default, told = embedded.database(url, tmp_path), embedded.database(url, tmp_path, lock_timeout=0.5)
    overruled = embedded.database(f"{url}?options=-c%20lock_timeout%3D9", tmp_path)
    files = [embedded.database("", tmp_path, lock_timeout=seconds) for seconds in (0, 0.5)]
    patient = embedded.database(f"{url}?connect_timeout=60", tmp_path)

    assert by_default["OPTIONS"]["options"] == "-c lock_timeout=5000"
    assert told["OPTIONS"]["options"] == "-c lock_timeout=500"
    assert overruled["OPTIONS"]["options"] == "-c lock_timeout=5000 -c lock_timeout=9"
    assert [settings["OPTIONS"]["timeout"] for settings in files] == [20, 0.5]
    assert [settings["OPTIONS"]["connect_timeout"] for settings in (by_default, patient)] == [10, 60]
