"""Where the web server listens, and whether it can."""

from __future__ import annotations

import argparse
import errno
import http.client
import ipaddress
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ad_system.errors import CannotStart

PAGE = "/admin/login/"
ANSWER_SECONDS = 5
LOOK_EVERY_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Address:
    """A host and port of this machine."""

    host: str
    port: int

    @property
    def is_every_interface(self) -> bool:
        """The host stands for all addresses that the machine has."""
        return self.host in {"0.0.0.0", "::"}

    @property
    def is_loopback(self) -> bool:
        """Only this machine can reach the host."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def near_host(self) -> str:
        """The host under which this machine reaches itself."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)

    @property
    def url(self) -> str:
        """What a person on this machine types into the browser."""
        host = f"[{self.near_host}]" if ":" in self.near_host else self.near_host
        return f"http://{host}:{self.port}/"


def port_number(text: str) -> int:
    """This will return the port that a person typed.

    :raises argparse.ArgumentTypeError: if it is none.
    """
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: use a number from 1 to 65535")
    return int(text)


def check_free(address: Address, *, wait_seconds: float = 0) -> None:
    """This will return once the address can be listened on.

    :raises CannotStart: if it cannot, after `wait_seconds` in which a killed run's web server may still be ending.
    """
    deadline = time.monotonic() + wait_seconds
    while error := _try_to_listen(address):
        if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
            raise CannotStart(_why_not(address, error)) from error
        time.sleep(LOOK_EVERY_SECONDS)


def _try_to_listen(address: Address) -> OSError | None:
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as listener:
            if sys.platform != "win32":
                # As the web server does: connections of the run before, still closing, are no obstacle.
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
            listener.listen()
    except OSError as error:
        return error
    return None


def _why_not(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {address.port} of {address.host} is in use by another program. Choose another one with --port."
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {address.port}. Choose one above 1023 with --port."
    return f"Cannot listen on {address.host}, port {address.port}: {error.strerror}. Choose another --host or --port."


def warn_of_host(address: Address, *, allowed_hosts: Sequence[str]) -> str | None:
    """This will return a sentence if others can reach the address and the web server would turn them all away."""
    if address.is_loopback or not {"localhost", "127.0.0.1", "[::1]"}.issuperset(allowed_hosts):
        return None
    return (
        f"Others can reach {address.host}, but the web server answers only to the names in ALLOWED_HOSTS "
        f"({', '.join(allowed_hosts)}). Add the name that they use."
    )


def answers(address: Address, *, allowed_hosts: Sequence[str], page: str = PAGE) -> bool:
    """This will say whether the web server answers a page (the login), or sends to https for it."""
    connection = http.client.HTTPConnection(address.near_host, address.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", page, headers={"Host": _name_for_host_header(allowed_hosts)})
        return connection.getresponse().status < http.client.BAD_REQUEST
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _name_for_host_header(allowed_hosts: Sequence[str]) -> str:
    name = allowed_hosts[0] if allowed_hosts else "localhost"
    return "localhost" if name == "*" else name.lstrip(".")
