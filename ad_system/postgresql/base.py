"""Connections to PostgreSQL, kept from one request to the next. Django looks for an engine in a module of this name."""

from __future__ import annotations

import select
import sys
import time

from django.db.backends.postgresql import base

# A firewall forgets connections after minutes of silence, and tells nobody.
SECONDS_WITHOUT_ASKING = 10.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, which asks the server only where there is a doubt whether a connection that was kept still holds."""

    _found_usable_at = float("-inf")

    def is_usable(self) -> bool:
        """This will say whether the connection still holds; before each request, Django wants to know.

        A server that ends a connection says so, and then there is something to read. To see that takes no journey.
        """
        now = time.monotonic()
        is_new_to_us = now > self._found_usable_at + SECONDS_WITHOUT_ASKING
        if (self.errors_occurred or is_new_to_us or self._has_news()) and not super().is_usable():
            return False
        self._found_usable_at = now
        return True

    def _has_news(self) -> bool:
        # Windows has no such thing: there, the server is always asked.
        if sys.platform == "win32" or self.connection is None or self.connection.closed:
            return True
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))
