"""The network: no receiver takes more than its time, sees more than its message, or leads where nothing may go."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from campaigns.errors import InvalidWebhook
from campaigns.rules.webhooks import parse_webhook_url
from campaigns.services.webhooks import transport
from campaigns.services.webhooks.transport import Limits, NotDelivered
from tests.receiver import (
    Answer,
    Receiver,
    continue_for_ever,
    drip_body,
    drip_headers,
    flood,
    flood_headers,
    hang,
    receiving,
    speak_nonsense,
)

CERTIFICATES = Path(__file__).parent / "certificates"
OPEN = Limits(seconds=20, allow_private=True)
Resolver = Callable[..., list[tuple[object, ...]]]


def post(url: str, limits: Limits = OPEN) -> str:
    """Post something, and return why it was not delivered; nothing, if it was."""
    try:
        transport.post(
            url=parse_webhook_url(url, allow_http=True), body=b'{"a":1}', headers={"X-A": "b"}, limits=limits
        )
    except NotDelivered as failure:
        return str(failure)
    return ""


def answer_names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Answer questions for names with these addresses, in turn, and return the names that were asked for."""
    asked: list[str] = []
    left = list(answers)

    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: (
            resolve(host, *rest, **more) if host.endswith("example.com") else real(host, *rest, **more)
        ),
    )
    return asked


def test_post_brings_body_and_headers(receiver: Receiver) -> None:
    assert post(receiver.url("/hooks?a=b")) == ""

    [arrived] = receiver.posts("/hooks?a=b")
    assert (arrived.body, arrived.headers["x-a"]) == ('{"a":1}', "b")
    assert arrived.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("answer", [hang, drip_headers, drip_body, continue_for_ever])
def test_whatever_takes_for_ever_is_cut_off(receiver: Receiver, answer: Answer) -> None:
    receiver.answer("/hooks", answer)
    began = time.monotonic()

    why = post(receiver.url(), Limits(seconds=1, allow_private=True))

    assert why == "no answer within 1 s" or why.startswith("answered 500 xx")
    assert 0.9 < time.monotonic() - began < 4


@pytest.mark.parametrize("answer", [flood, flood_headers, speak_nonsense])
def test_whatever_sends_too_much_or_nonsense_is_left_early(receiver: Receiver, answer: Answer) -> None:
    receiver.answer("/hooks", answer)
    began = time.monotonic()

    why = post(receiver.url())

    assert why.startswith(("answered 500 xxxx", "the connection failed"))
    assert len(why) < 1100
    assert time.monotonic() - began < 10


def test_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answer("/hooks", 307)

    assert post(receiver.url()) == "answered 307: redirects are not followed"

    assert receiver.posts("/elsewhere") == []


def test_closed_port_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        assert post(f"http://127.0.0.1:{port}/") == "refused the connection"


def test_host_that_takes_no_connection_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        began = time.monotonic()

        why = post(f"http://127.0.0.1:{full.getsockname()[1]}/", Limits(seconds=1, allow_private=True))

        assert why == "no answer within 1 s"
        assert time.monotonic() - began < 4
        for one in waiting:
            one.close()


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "0x7f.1", "2130706433", "127.1", "10.1.2.3"],
)
def test_private_host_is_never_connected_to(receiver: Receiver, host: str) -> None:
    url = receiver.url(host=host)

    why = post(url, Limits(seconds=5, allow_private=False))

    assert "no public address" in why or "cannot be found" in why
    assert receiver.posts() == []


def test_name_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_names(monkeypatch, ["93.184.215.14", "169.254.169.254"])
    url = parse_webhook_url("https://hooks.example.com/", allow_http=False)

    with pytest.raises(InvalidWebhook, match=r"169\.254\.169\.254, which is no public address"):
        transport.resolve(url=url, limits=Limits(seconds=5, allow_private=False))


def test_name_that_turns_private_after_it_was_saved_is_refused_at_the_connection(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_names(monkeypatch, ["93.184.215.14"], ["127.0.0.1"])
    limits = Limits(seconds=5, allow_private=False)
    url = parse_webhook_url(receiver.url(host="hooks.example.com"), allow_http=True)

    assert transport.resolve(url=url, limits=limits) == ["93.184.215.14"]
    assert "127.0.0.1, which is no public address" in post(url.text, limits)

    assert receiver.posts() == []


def test_connection_goes_to_the_address_that_was_checked_and_asks_no_name_again(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answer_names(monkeypatch, ["127.0.0.1"], ["203.0.113.1"])

    assert post(receiver.url(host="hooks.example.com")) == ""

    assert asked == ["hooks.example.com"]
    assert receiver.posts()[0].headers["host"] == f"hooks.example.com:{receiver.port}"


def test_second_address_is_used_where_the_first_takes_no_connection(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_names(monkeypatch, ["127.0.0.2", "127.0.0.1"])

    assert post(receiver.url(host="hooks.example.com")) == ""


def test_name_server_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    def hang_on_names(*_: object, **__: object) -> list[tuple[object, ...]]:
        receiver.server.is_over.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang_on_names)
    began = time.monotonic()

    why = post("https://hooks.example.com/", Limits(seconds=0.5, allow_private=True))

    assert why == "hooks.example.com cannot be found: the name server does not answer."
    assert time.monotonic() - began < 4


@pytest.fixture
def names_seen() -> list[str | None]:
    """The names that callers asked for in their first TLS message."""
    return []


@pytest.fixture
def secure(monkeypatch: pytest.MonkeyPatch, settings: object, names_seen: list[str | None]) -> Iterator[Receiver]:
    """A receiver with TLS, as hooks.example.com, whose authority is trusted here."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "authority.pem"))
    transport.tls_context.cache_clear()
    answer_names(monkeypatch, ["127.0.0.1"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "hooks.example.com.pem")
    context.sni_callback = lambda _, name, __: names_seen.append(name)
    with receiving(context) as running:
        yield running
    transport.tls_context.cache_clear()


def test_tls_names_and_checks_the_host(secure: Receiver, names_seen: list[str | None]) -> None:
    assert post(secure.url(host="hooks.example.com")) == ""

    assert len(secure.posts()) == 1
    assert names_seen == ["hooks.example.com"]


def test_certificate_of_another_host_is_refused(secure: Receiver) -> None:
    why = post(secure.url(host="other.example.com"))

    assert why.startswith("its certificate is not valid: Hostname mismatch")
    assert secure.posts() == []


def test_certificate_of_an_unknown_authority_is_refused(secure: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    transport.tls_context.cache_clear()

    why = post(secure.url(host="hooks.example.com"))

    assert why.startswith("its certificate is not valid")
    assert secure.posts() == []


def test_tls_that_never_comes_about_is_cut_off(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        began = time.monotonic()

        why = post(f"https://127.0.0.1:{silent.getsockname()[1]}/", Limits(seconds=1, allow_private=True))

    assert why == "no answer within 1 s"
    assert time.monotonic() - began < 4
