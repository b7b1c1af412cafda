"""The first release at work: it records spend as it did then, into the columns that it knew, whatever the tables became."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import psycopg

FIRST_RELEASE = "0001"
# A day on which nothing ends: every entry falls into the counters.
DAY, MONTH = "2026-11-20T00:00:00Z", "2026-11-01T00:00:00Z"
NOON = "2026-11-20T12:00:00Z"

_OWNERS = """
INSERT INTO campaigns_brand (id, is_enabled, name, time_zone, currency, current_daily_spend_micros,
                             current_monthly_spend_micros, daily_since, monthly_since)
VALUES (1, true, 'Acme', 'UTC', 'USD', 0, 0, %(day)s, %(month)s);
INSERT INTO campaigns_campaign (id, brand_id, is_enabled, is_active, paused_because, name, external_id, review_at,
                                current_daily_spend_micros, current_monthly_spend_micros, daily_since, monthly_since)
VALUES (1, 1, true, true, '', 'Search', '', NULL, 0, 0, %(day)s, %(month)s);
INSERT INTO campaigns_statuschange (campaign_id, changed_at, is_active, blockers, cause, actor)
VALUES (1, %(day)s, true, '[]', 'person', '');
"""
_ENTRIES = """
INSERT INTO campaigns_spendlog (campaign_id, amount_micros, occurred_at, recorded_at, local_day, description, source,
                                reference)
SELECT 1, 1000 + number, %(noon)s, %(noon)s, '2026-11-20', '', 'old', 'old ' || number
FROM generate_series(1, %(entries)s) AS number;
"""
_COUNT = """
UPDATE {table} SET current_daily_spend_micros = current_daily_spend_micros + %(amount)s,
                   current_monthly_spend_micros = current_monthly_spend_micros + %(amount)s WHERE id = 1
"""
_RECORD = """
INSERT INTO campaigns_spendlog (campaign_id, amount_micros, occurred_at, recorded_at, local_day, description, source,
                                reference)
VALUES (1, %(amount)s, %(noon)s, %(noon)s, '2026-11-20', '', 'load', %(reference)s)
"""


def fill(address: str, *, entries: int) -> None:
    """This will make a brand with a campaign that has spent `entries` times."""
    facts = {"day": DAY, "month": MONTH, "noon": NOON, "entries": entries}
    with psycopg.connect(address, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(_OWNERS, facts)
        connection.execute(_ENTRIES, facts)
        total = {"amount": entries * 1000 + entries * (entries + 1) // 2}
        for table in ("campaigns_brand", "campaigns_campaign"):
            connection.execute(_COUNT.format(table=table), total)
        connection.execute("SELECT setval('campaigns_brand_id_seq', 1), setval('campaigns_campaign_id_seq', 1)")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ANALYZE")


@dataclass
class Load:
    """Writers of the first release that record one spend after the other until the end of the `with` block."""

    address: str
    writers: int = 2
    written: int = 0
    longest_wait: float = 0.0
    failures: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(self.writers)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, writer: int) -> None:
        with psycopg.connect(self.address) as connection:
            number = 0
            while not self._stop.wait(0.002):
                number += 1
                began = time.monotonic()
                try:
                    self._record(connection, f"load {writer} {number}")
                except psycopg.Error as error:
                    connection.rollback()
                    self.failures.append(str(error))
                    return
                with self._lock:
                    self.written += 1
                    self.longest_wait = max(self.longest_wait, time.monotonic() - began)

    def _record(self, connection: psycopg.Connection, reference: str) -> None:
        facts = {"amount": 5, "noon": NOON, "reference": reference}
        with connection.transaction():
            connection.execute("SELECT id FROM campaigns_brand WHERE id = 1 FOR UPDATE")
            connection.execute(_RECORD, facts)
            for table in ("campaigns_brand", "campaigns_campaign"):
                connection.execute(_COUNT.format(table=table), facts)
