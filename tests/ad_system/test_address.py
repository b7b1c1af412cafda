from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ad_system import address
from ad_system.address import Address
from ad_system.errors import CannotStart

LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"]


@contextlib.contextmanager
def listening() -> Iterator[Address]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Address("127.0.0.1", listener.getsockname()[1])


@contextlib.contextmanager
def serving(status: int) -> Iterator[tuple[Address, list[str]]]:
    """A web server that answers everything with `status`, and the hosts that it was asked for."""
    hosts: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hosts.append(f"{self.headers['Host']}{self.path}")
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  the name is http.server's
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Address("127.0.0.1", server.server_port), hosts
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("host", "url", "is_loopback"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/", True),
        ("127.8.0.1", "http://127.8.0.1:8000/", True),
        ("localhost", "http://localhost:8000/", True),
        ("::1", "http://[::1]:8000/", True),
        ("0.0.0.0", "http://127.0.0.1:8000/", False),
        ("::", "http://[::1]:8000/", False),
        ("192.0.2.7", "http://192.0.2.7:8000/", False),
        ("desk.example.com", "http://desk.example.com:8000/", False),
    ],
)
def test_address_tells_a_person_where_to_look(host: str, url: str, is_loopback: bool) -> None:
    place = Address(host, 8000)

    assert place.url == url
    assert place.is_loopback is is_loopback


def test_check_free_accepts_a_port_that_nobody_has() -> None:
    with listening() as place:
        pass

    address.check_free(place)


def test_check_free_refuses_a_port_in_use_and_names_the_way_out() -> None:
    with listening() as place, pytest.raises(CannotStart, match=rf"Port {place.port} .* in use .* --port"):
        address.check_free(place)


def test_check_free_refuses_a_port_that_somebody_has_on_every_interface() -> None:
    with (
        socket.create_server(("0.0.0.0", 0)) as listener,
        pytest.raises(CannotStart, match="in use"),
    ):
        address.check_free(Address("127.0.0.1", listener.getsockname()[1]))


def test_check_free_waits_for_a_killed_run_to_let_go() -> None:
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(listening())
        release = threading.Timer(0.5, stack.pop_all().close)
        release.start()

        address.check_free(place, wait_seconds=30)

    release.join()


@pytest.mark.parametrize("host", ["192.0.2.7", "no.such.host.invalid"])
def test_check_free_refuses_a_host_that_is_not_here(host: str) -> None:
    with pytest.raises(CannotStart, match=f"Cannot listen on {host}, port 8000: .* --host"):
        address.check_free(Address(host, 8000))


def is_low_port_free_for_all() -> bool:
    with contextlib.closing(socket.socket()) as listener:
        try:
            listener.bind(("127.0.0.1", 81))
        except OSError:
            return False
        return True


@pytest.mark.skipif(os.name != "posix" or is_low_port_free_for_all(), reason="this user may listen on low ports")
def test_check_free_refuses_a_port_that_the_user_may_not_have() -> None:
    with pytest.raises(CannotStart, match="may not listen on port 81"):
        address.check_free(Address("127.0.0.1", 81))


@pytest.mark.parametrize(
    ("host", "allowed_hosts", "is_warned"),
    [
        ("127.0.0.1", LOCAL_NAMES, False),
        ("0.0.0.0", LOCAL_NAMES, True),
        ("0.0.0.0", [], True),
        ("192.0.2.7", ["127.0.0.1"], True),
        ("0.0.0.0", ["*"], False),
        ("0.0.0.0", [*LOCAL_NAMES, "desk.example.com"], False),
        ("192.0.2.7", ["192.0.2.7"], False),
    ],
)
def test_warn_of_host_says_if_everybody_would_be_turned_away(
    host: str, allowed_hosts: list[str], is_warned: bool
) -> None:
    warning = address.warn_of_host(Address(host, 8000), allowed_hosts=allowed_hosts)

    assert ("ALLOWED_HOSTS" in (warning or "")) is is_warned


@pytest.mark.parametrize(("status", "is_answer"), [(200, True), (301, True), (400, False), (404, False), (500, False)])
def test_answers_only_with_the_page_or_the_way_to_it(status: int, is_answer: bool) -> None:
    with serving(status) as (place, _):
        assert address.answers(place, allowed_hosts=LOCAL_NAMES) is is_answer


@pytest.mark.parametrize(
    ("allowed_hosts", "name"),
    [
        (LOCAL_NAMES, "localhost"),
        (["desk.example.com"], "desk.example.com"),
        ([".example.com"], "example.com"),
        (["*"], "localhost"),
        ([], "localhost"),
    ],
)
def test_answers_asks_for_a_host_that_is_allowed(allowed_hosts: list[str], name: str) -> None:
    with serving(200) as (place, hosts):
        address.answers(place, allowed_hosts=allowed_hosts)

    assert hosts == [f"{name}/admin/login/"]


def test_answers_says_no_where_nobody_listens() -> None:
    with listening() as place:
        pass

    assert address.answers(place, allowed_hosts=LOCAL_NAMES) is False
