"""Who asks, and under which number: headers of named proxies are believed, everybody else's are taken away."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ad_system.logs import request_id

HEADER = "X-Request-ID"
# What is taken at its word further in. X-Forwarded-For is not, and says that a proxy is there, whoever it is.
BELIEVED = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_REQUEST_ID")

_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class ProxyMiddleware:
    """Puts the client's own address where Django looks for it, if the request comes from a named proxy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._proxies = [ip_network(proxy) for proxy in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will pass the request on with headers that can be believed."""
        if _is_in(request.META.get("REMOTE_ADDR", ""), self._proxies):
            forwarded_for = request.META.get("HTTP_X_FORWARDED_FOR", "")
            request.META["REMOTE_ADDR"] = _client(forwarded_for, self._proxies) or request.META["REMOTE_ADDR"]
        else:
            for header in BELIEVED:
                request.META.pop(header, None)
        return self._get_response(request)


class RequestIdMiddleware:
    """Gives each request a number, which stands in its log lines and in the answer. A proxy may have given one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will answer with the request's number in the header X-Request-ID."""
        given = request.headers.get(HEADER, "")
        number = given if _GOOD_ID.fullmatch(given) else uuid.uuid4().hex
        # It stays until the thread's next request: Django logs a bad answer when all middlewares are done with it.
        request_id.set(number)
        response = self._get_response(request)
        response.headers[HEADER] = number
        return response


def _client(forwarded_for: str, proxies: Sequence[IPv4Network | IPv6Network]) -> str:
    """Return the nearest address that is no proxy of ours: what stands further left, the client may have made up."""
    for address in reversed([part.strip() for part in forwarded_for.split(",")]):
        if not _is_in(address, proxies):
            return address if _is_address(address) else ""
    return ""


def _is_in(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
