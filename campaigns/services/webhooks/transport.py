"""Transport: posts one message over the network, and trusts nobody there.

The host is resolved here, its addresses are checked, and the connection goes to a checked address itself, so that a
name which answers differently the next time leads nowhere. Nothing is followed, little is read, and all of it together
has one limit of time. It knows no database, and runs outside of transactions and in threads of its own.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection

from campaigns.errors import InvalidWebhook
from campaigns.rules.addresses import is_public_address, parse_ip_address
from campaigns.rules.webhooks import WebhookUrl

# Enough of an answer that says no to find out why.
_READ_BYTES = 1024
_TRIED_ADDRESSES = 3


class NotDelivered(Exception):
    """A message did not arrive, or was not accepted. `str()` says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a message may do.

    :param seconds: for everything: name, connection, TLS, sending and the answer.
    :param allow_private: whether addresses outside of the public internet will do.
    """

    seconds: float
    allow_private: bool


def post(*, url: WebhookUrl, body: bytes, headers: Mapping[str, str], limits: Limits) -> None:
    """Post the body; return if the receiver accepts it with a status from 200 to 299.

    :raises NotDelivered: for any other answer, none in time, or an address that may not be used.
    """
    deadline = time.monotonic() + limits.seconds
    try:
        addresses = resolve(url=url, limits=limits)
        with _connect(addresses, url.port, deadline) as plain, _cut_off_at(plain, deadline):
            _exchange(plain, url, body, headers, deadline)
    except InvalidWebhook as refusal:
        raise NotDelivered(str(refusal)) from refusal
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, TimeoutError) or time.monotonic() >= deadline:
            raise NotDelivered(f"no answer within {limits.seconds:g} s") from error
        raise NotDelivered(_describe(error)) from error


def resolve(*, url: WebhookUrl, limits: Limits) -> list[str]:
    """Return the addresses of the host, if all of them may be used.

    :raises InvalidWebhook: if it has none, or one that is not public.
    """
    addresses = _look_up(url, limits.seconds)
    for address in addresses:
        if not limits.allow_private and not is_public_address(parse_ip_address(address)):
            raise InvalidWebhook(
                f"{url.host} is {address}, which is no public address: messages are not sent into private networks."
            )
    return addresses


def _look_up(url: WebhookUrl, seconds: float) -> list[str]:
    """Ask the system's resolver, in a thread of its own: it knows no limit of time."""
    found: list[str] = []
    errors: list[Exception] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
            found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))
        except (OSError, UnicodeError) as error:
            errors.append(error)

    asking = threading.Thread(target=ask, name="webhook-resolver", daemon=True)
    asking.start()
    asking.join(seconds)
    if asking.is_alive() or errors or not found:
        why = "the name server does not answer" if asking.is_alive() else "there is no such name"
        raise InvalidWebhook(f"{url.host} cannot be found: {why}.") from (errors[0] if errors else None)
    return found


def _connect(addresses: list[str], port: int, deadline: float) -> socket.socket:
    """Connect to the first of the checked addresses that takes the connection."""
    tried = addresses[:_TRIED_ADDRESSES]
    for number, address in enumerate(tried, start=1):
        try:
            # An address, not a name: nothing is resolved again. Each one gets its share of what is left.
            return socket.create_connection((address, port), timeout=_left(deadline) / (len(tried) - number + 1))
        except OSError:
            if number == len(tried):
                raise
    raise NotDelivered("there is no address")


@contextmanager
def _cut_off_at(plain: socket.socket, deadline: float) -> Iterator[None]:
    """End the connection at the deadline, whatever is being waited for: a limit per read is none for a slow drip."""
    # A second handle on the same connection: TLS takes the first one over.
    handle = plain.dup()
    timer = threading.Timer(_left(deadline), _shut, [handle])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        handle.close()


def _shut(handle: socket.socket) -> None:
    try:
        handle.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The other side was faster.
        pass


def _exchange(plain: socket.socket, url: WebhookUrl, body: bytes, headers: Mapping[str, str], deadline: float) -> None:
    plain.settimeout(_left(deadline))
    connection = _connection(plain, url)
    try:
        connection.request("POST", url.path, body=body, headers=dict(headers))
        response = connection.getresponse()
        # Cut off among its headers, an answer looks like a whole one.
        _left(deadline)
        if not 200 <= response.status < 300:
            raise NotDelivered(_describe_answer(response))
    finally:
        connection.close()


def _connection(plain: socket.socket, url: WebhookUrl) -> HTTPConnection:
    if not url.is_secure:
        connection = HTTPConnection(url.host, url.port)
        connection.sock = plain
    else:
        context = tls_context()
        connection = HTTPSConnection(url.host, url.port, context=context)
        connection.sock = context.wrap_socket(plain, server_hostname=url.host)
    # It never connects by itself: that would resolve the name anew.
    connection.auto_open = 0
    return connection


@cache
def tls_context() -> ssl.SSLContext:
    """Return what TLS is checked by: the system's authorities, and the name of the host."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _describe_answer(response: HTTPResponse) -> str:
    if 300 <= response.status < 400:
        return f"answered {response.status}: redirects are not followed"
    try:
        said = response.read(_READ_BYTES).decode(errors="replace")
    except (OSError, HTTPException):
        # The status says enough.
        said = ""
    printable = "".join(character if character.isprintable() else " " for character in said)
    return f"answered {response.status} {' '.join(printable.split())}".strip()


def _describe(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    if isinstance(error, ConnectionRefusedError):
        return "refused the connection"
    return f"the connection failed: {type(error).__name__} {error}".strip()


def _left(deadline: float) -> float:
    """Return the seconds that are left.

    :raises TimeoutError: if there are none.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
