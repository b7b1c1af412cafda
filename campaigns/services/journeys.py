"""Journeys to PostgreSQL: a statement travels with the `BEGIN` before it, and with the `COMMIT` after it.

psycopg sends one after the other and waits for each answer; and what it does around each takes longer than what it is
for. So the statements that every spend takes are handed to libpq, by psycopg's own wrapper of it (`psycopg.pq`), in
libpq's pipeline mode. Everything else that uses the connection finds it as psycopg would have left it.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Sequence
from functools import cache
from itertools import chain, count
from typing import Any

from psycopg import Connection, DataError, OperationalError, abc, pq
from psycopg.adapt import Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq.abc import PGresult

_BINARY = pq.Format.BINARY
# As numbers: each comparison with a member of an enumeration takes longer than the arithmetic of a spend.
_SYNC = int(pq.ExecStatus.PIPELINE_SYNC)
_DONE = int(pq.ExecStatus.COMMAND_OK)
_FAILED = int(pq.ExecStatus.FATAL_ERROR)
_IDLE = int(pq.TransactionStatus.IDLE)
_BAD = int(pq.ConnStatus.BAD)


def ask(
    connection: Connection[Any], text: str, values: Sequence[int | str | None], *, prepares: bool, ends: bool
) -> list[Any]:
    """Run the statement, and return its rows, as tuples.

    Where psycopg would begin a transaction, the statement takes the `BEGIN` along.

    :param text: with `%s` for each of the values, and no other `%`.
    :param prepares: have the server prepare it, once for the connection, which then must not be a pooler's.
    :param ends: commit with it, if it does not fail.
    :raises psycopg.Error: as a cursor does. The transaction then has to be rolled back.
    """
    road = getattr(_HERE, "road", None)
    if road is None or road.connection is not connection:
        road = _HERE.road = _Road(connection)
    return road.ask(text, [_sent(value) for value in values], prepares, ends)


class _Road:
    """What is kept for one connection: the statements that it knows, and how to read what they return."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        self._pgconn = connection.pgconn
        self._names: dict[str, bytes] = {}
        self._numbers = count()
        self._readers: dict[str, abc.Transformer] = {}
        self._answers = select.poll()
        self._answers.register(connection.fileno(), select.POLLIN)

    def ask(self, text: str, values: list[bytes | None], prepares: bool, ends: bool) -> list[Any]:
        try:
            self._pgconn.enter_pipeline_mode()
            new_name, place = self._send(text, values, prepares, ends)
            results = self._results()
            self._pgconn.exit_pipeline_mode()
        except BaseException:
            # What is still under way would be taken for the answer to the next statement.
            self.connection.close()
            raise
        if new_name and results[place - 1].status == _DONE:
            # Even if what follows failed: the server keeps it beyond the transaction.
            self._names[text] = new_name
        for result in results:
            if result.status == _FAILED:
                raise self._error(result)
        return self._rows(text, results[place])

    def _send(self, text: str, values: list[bytes | None], prepares: bool, ends: bool) -> tuple[bytes, int]:
        """Send everything, and return the name of a statement that is new, and which of the results will be ours."""
        pgconn, place, new_name = self._pgconn, 0, b""
        if not self.connection.autocommit and pgconn.transaction_status == _IDLE:
            pgconn.send_query_params(b"BEGIN", None)
            place += 1
        name = self._names.get(text)
        if name is None and prepares:
            name = new_name = b"journey_%d" % next(self._numbers)
            pgconn.send_prepare(name, _numbered(text))
            place += 1
        if name is None:
            pgconn.send_query_params(_numbered(text), values, result_format=_BINARY)
        else:
            pgconn.send_query_prepared(name, values, result_format=_BINARY)
        if ends:
            pgconn.send_query_params(b"COMMIT", None)
        pgconn.pipeline_sync()
        return new_name, place

    def _results(self) -> list[PGresult]:
        """Wait for all results, up to the end of the journey."""
        pgconn = self._pgconn
        results: list[PGresult] = []
        self._flush()
        while True:
            while pgconn.is_busy():
                self._answers.poll()
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:
                # The end of what one statement returned, or of everything.
                if pgconn.status == _BAD:
                    raise _lost(results)
            elif result.status == _SYNC:
                return results
            else:
                results.append(result)

    def _error(self, result: PGresult) -> Exception:
        error = error_from_result(result)
        if isinstance(error, InvalidSqlStatementName):
            # Somebody told the server to forget what this connection had prepared.
            self._names.clear()
        return error

    def _flush(self) -> None:
        """Send what did not fit into one go, taking in meanwhile what the server has to say."""
        while self._pgconn.flush():
            both = select.poll()
            both.register(self.connection.fileno(), select.POLLIN | select.POLLOUT)
            if any(event & select.POLLIN for _, event in both.poll()):
                self._pgconn.consume_input()

    def _rows(self, text: str, result: PGresult) -> list[Any]:
        reader = self._readers.get(text)
        if reader is None:
            reader = self._readers[text] = Transformer(self.connection)
            reader.set_pgresult(result)
        else:
            # Its columns are what they were.
            reader.set_pgresult(result, set_loaders=False)
        return reader.load_rows(0, result.ntuples, tuple)


class _Here(threading.local):
    """The road of each thread, as Django's connections are of one thread each."""

    road: _Road | None = None


_HERE = _Here()


def _sent(value: int | str | None) -> bytes | None:
    if value is None:
        return None
    sent = str(value).encode()
    if 0 in sent:
        # libpq would send what stands before it, without a word.
        raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return sent


def _lost(results: Sequence[PGresult]) -> Exception:
    failed = [result for result in results if result.status == _FAILED]
    return error_from_result(failed[-1]) if failed else OperationalError("The server closed the connection.")


@cache
def _numbered(text: str) -> bytes:
    """Return the text with the places for values as the server calls them: `$1`, `$2`, …"""
    first, *others = text.split("%s")
    return "".join(chain([first], *((f"${place}", part) for place, part in enumerate(others, 1)))).encode()
