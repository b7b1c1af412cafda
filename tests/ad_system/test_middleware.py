from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from ad_system.logs import request_id
from ad_system.middleware import ProxyMiddleware, RequestIdMiddleware
from ad_system.signs.pages import SignsMiddleware

PROXY, CLIENT, STRANGER = "172.30.91.2", "203.0.113.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def no_request_of_another_test() -> Iterator[None]:
    token = request_id.set("")
    yield
    request_id.reset(token)


@pytest.fixture(autouse=True)
def behind_proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["172.30.91.0/24", "::1"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.ALLOWED_HOSTS = ["testserver"]


def arriving(sender: str, **headers: str) -> HttpRequest:
    """Return a request as the middlewares below see it."""
    seen: list[HttpRequest] = []

    def keep(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    ProxyMiddleware(keep)(RequestFactory().get("/", headers=headers, REMOTE_ADDR=sender))
    return seen[0]


@pytest.mark.parametrize("proxy", [PROXY, "::1"])
def test_a_named_proxy_is_believed(proxy: str) -> None:
    request = arriving(proxy, x_forwarded_for=CLIENT, x_forwarded_proto="https", x_request_id="from-the-proxy")

    assert request.is_secure()
    assert request.META["REMOTE_ADDR"] == CLIENT
    assert request.headers["X-Request-ID"] == "from-the-proxy"


@pytest.mark.parametrize("sender", [STRANGER, "", "unix:"])
def test_nobody_else_is_believed(sender: str) -> None:
    request = arriving(
        sender, x_forwarded_for=CLIENT, x_forwarded_proto="https", x_forwarded_host="evil.example", x_request_id="x" * 9
    )

    assert not request.is_secure()
    assert request.META["REMOTE_ADDR"] == sender
    assert "X-Request-ID" not in request.headers
    assert request.get_host() == "testserver"


@pytest.mark.parametrize("sender", ["127.0.0.1", PROXY])
def test_whoever_comes_through_a_proxy_is_not_the_machine_itself(sender: str) -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        return SignsMiddleware(lambda _: HttpResponse())(request)

    request = RequestFactory().get("/metrics", headers={"x_forwarded_for": CLIENT}, REMOTE_ADDR=sender)

    assert ProxyMiddleware(answer)(request).status_code == 401


@pytest.mark.parametrize(
    ("forwarded_for", "expected"),
    [
        (f"{STRANGER}, {CLIENT}", CLIENT),
        (f"{STRANGER}, {CLIENT}, 172.30.91.8", CLIENT),
        ("2001:db8::7", "2001:db8::7"),
        (f"{CLIENT}, unknown", PROXY),
        ("<script>", PROXY),
        ("172.30.91.8", PROXY),
        ("", PROXY),
    ],
)
def test_the_nearest_address_that_is_no_proxy_is_the_client(forwarded_for: str, expected: str) -> None:
    assert arriving(PROXY, x_forwarded_for=forwarded_for).META["REMOTE_ADDR"] == expected


@pytest.mark.parametrize(("given", "is_kept"), [("abc-123.DEF_4", True), ("short", False), ("two\tlines", False)])
def test_a_request_has_a_number_in_its_log_lines_and_its_answer(given: str, is_kept: bool) -> None:
    numbers: list[str] = []

    def answer(request: HttpRequest) -> HttpResponse:
        logging.getLogger(__name__).info("working")
        numbers.append(request_id.get())
        return HttpResponse()

    response = RequestIdMiddleware(answer)(RequestFactory().get("/", headers={"x_request_id": given}))

    assert response.headers["X-Request-ID"] == numbers[0]
    assert (numbers[0] == given) is is_kept
    # Django itself logs what went wrong when the middlewares are done.
    assert request_id.get() == numbers[0]
    RequestIdMiddleware(answer)(RequestFactory().get("/"))
    assert numbers[1] != numbers[0]
