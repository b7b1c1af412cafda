"""The web server of a case: the desk's own, as it is started, with one more address that does nothing at all."""

from __future__ import annotations

import http.client
import os
import socket
import time

from ad_system.address import Address
from ad_system.parts import web_part
from tests.plugin.guard import Guarded

NOTHING = "/nothing"
_SECONDS_TO_START = 60


class Web:
    """A running web server. It ends with the process that started it.

    :ivar seconds: how long it took until it answered.
    """

    def __init__(self, database_url: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._address = Address("127.0.0.1", free.getsockname()[1])
        *command, _ = web_part(self._address).command
        began = time.perf_counter()
        self._server = Guarded(
            [*command, "benchmarks.wsgi:application"],
            environment={**os.environ, "DATABASE_URL": database_url, "ALLOWED_HOSTS": "127.0.0.1"},
        )
        while not self._answers():
            if not self._server.is_running or time.perf_counter() - began > _SECONDS_TO_START:
                self.stop()
                raise RuntimeError("The web server did not start.")
            time.sleep(0.02)
        self.seconds = time.perf_counter() - began

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection that stays open."""
        return http.client.HTTPConnection(self._address.host, self._address.port, timeout=30)

    def stop(self) -> None:
        """End it."""
        self._server.stop()

    def _answers(self) -> bool:
        connection = self.connect()
        try:
            connection.request("GET", NOTHING)
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()
