"""The floors: the least that a database has to do, in SQL written by hand, on connections of its own.

They check nothing, decide nothing and lock nothing more than the writes themselves do.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import unquote

import psycopg

_COLUMNS = (
    "campaign_id, amount_micros, occurred_at, recorded_at, local_day, description, source, reference, "
    "corrects_id, spend_import_id"
)
_MOVE = (
    "UPDATE {table} SET current_daily_spend_micros = current_daily_spend_micros + {place}, "
    "current_monthly_spend_micros = current_monthly_spend_micros + {place} WHERE id = {place}"
)

INSERT_ONE = (
    f"INSERT INTO campaigns_spendlog ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, '', %s, %s, NULL, NULL) RETURNING id"
)
MOVE_CAMPAIGN = _MOVE.format(table="campaigns_campaign", place="%s")
MOVE_BRAND = _MOVE.format(table="campaigns_brand", place="%s")

INSERT_MANY = (
    f"INSERT INTO campaigns_spendlog ({_COLUMNS}) "
    "SELECT campaign, amount, occurred, recorded, day, '', source, reference, NULL, NULL FROM unnest("
    "%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::date[], %s::text[], %s::text[]) "
    "AS new (campaign, amount, occurred, recorded, day, source, reference) RETURNING id"
)
_MOVE_MANY = (
    "UPDATE {table} AS counted SET "
    "current_daily_spend_micros = current_daily_spend_micros + move.amount, "
    "current_monthly_spend_micros = current_monthly_spend_micros + move.amount "
    "FROM (SELECT id, sum(amount) AS amount FROM unnest(%s::bigint[], %s::bigint[]) AS one (id, amount) GROUP BY id) "
    "AS move WHERE counted.id = move.id"
)
MOVE_CAMPAIGNS = _MOVE_MANY.format(table="campaigns_campaign")
MOVE_BRANDS = _MOVE_MANY.format(table="campaigns_brand")

_SQLITE_READ = (
    "SELECT brand.*, campaign.* FROM campaigns_brand AS brand JOIN campaigns_campaign AS campaign "
    "ON campaign.brand_id = brand.id WHERE campaign.id IN (SELECT value FROM json_each(?))"
)
_SQLITE_INSERT = INSERT_ONE.replace("%s", "?")
_SQLITE_MOVE_CAMPAIGN = MOVE_CAMPAIGN.replace("%s", "?")
_SQLITE_MOVE_BRAND = MOVE_BRAND.replace("%s", "?")

# F3: what every campaign's state should be, by its budgets alone, and the update of those that have another one.
_TODAY = "(SELECT id, daily_since AS day, monthly_since AS month FROM campaigns_brand)"
_IS_HELD = " OR ".join(
    f"{row}.{word}_budget_micros = 0 OR ({row}.{word}_since >= today.{period} "
    f"AND {row}.current_{word}_spend_micros >= {row}.{word}_budget_micros)"
    for row in ("brand", "campaign")
    for word, period in (("monthly", "month"), ("daily", "day"))
)
_WANTED = (
    f"SELECT campaign.id, campaign.brand_id, campaign.is_active, NOT COALESCE({_IS_HELD}, FALSE) AS is_wanted "
    "FROM campaigns_campaign AS campaign JOIN campaigns_brand AS brand ON brand.id = campaign.brand_id "
    f"JOIN {_TODAY} AS today ON today.id = brand.id"
)
TO_WANTED_STATE = (
    "UPDATE campaigns_campaign AS changed SET is_active = wanted.is_wanted, "
    "paused_because = CASE WHEN wanted.is_wanted THEN '' ELSE 'budget' END, review_at = NULL "
    f"FROM ({_WANTED}) AS wanted WHERE changed.id = wanted.id AND wanted.is_active <> wanted.is_wanted"
)
# A scan that derives the same, and writes nothing.
AGAINST_BUDGETS = f"SELECT DISTINCT brand_id FROM ({_WANTED}) AS wanted WHERE is_active <> is_wanted"

# F4: all counters of campaigns that spent.
SPENT_TO_ZERO = (
    "UPDATE campaigns_campaign SET current_daily_spend_micros = 0, daily_since = %s "
    "WHERE current_daily_spend_micros <> 0"
)


def sums_of_ledger(days: Mapping[str, datetime]) -> str:
    """Return a statement that adds up the whole ledger, by campaign, day and month, and finds what differs."""
    since = " ".join(f"WHEN '{zone}' THEN '{moment.isoformat()}'::timestamptz" for zone, moment in days.items())
    return (
        "SELECT campaign.id FROM campaigns_campaign AS campaign JOIN campaigns_brand AS brand "
        "ON brand.id = campaign.brand_id JOIN (SELECT entry.campaign_id, SUM(entry.amount_micros) FILTER "
        f"(WHERE entry.occurred_at >= CASE brand.time_zone {since} END) AS day, SUM(entry.amount_micros) FILTER "
        "(WHERE entry.occurred_at >= brand.monthly_since) AS month FROM campaigns_spendlog AS entry "
        "JOIN campaigns_campaign AS campaign ON campaign.id = entry.campaign_id "
        "JOIN campaigns_brand AS brand ON brand.id = campaign.brand_id GROUP BY entry.campaign_id) AS total "
        "ON total.campaign_id = campaign.id WHERE campaign.current_daily_spend_micros <> COALESCE(total.day, 0) "
        "OR campaign.current_monthly_spend_micros <> COALESCE(total.month, 0)"
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as the columns take it.

    :param amount: the same as `micros`, as the services take it.
    """

    brand_id: int
    campaign_id: int
    micros: int
    amount: Decimal
    occurred_at: datetime
    recorded_at: datetime
    local_day: date
    source: str
    reference: str


class PostgresFloor:
    """F1 and F2: one entry, and a batch, through psycopg with its own defaults (it prepares what is repeated)."""

    def __init__(self, database_url: str) -> None:
        self._connection = psycopg.connect(database_url)

    def record(self, entry: Entry) -> None:
        """F1: one transaction with three writes."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                INSERT_ONE,
                (
                    entry.campaign_id,
                    entry.micros,
                    entry.occurred_at,
                    entry.recorded_at,
                    entry.local_day,
                    entry.source,
                    entry.reference,
                ),
            )
            cursor.fetchone()
            cursor.execute(MOVE_CAMPAIGN, (entry.micros, entry.micros, entry.campaign_id))
            cursor.execute(MOVE_BRAND, (entry.micros, entry.micros, entry.brand_id))
        self._connection.commit()

    def record_many(self, entries: Sequence[Entry]) -> None:
        """F2: one transaction with a set-based insert and two grouped updates."""
        amounts = [entry.micros for entry in entries]
        campaigns = [entry.campaign_id for entry in entries]
        with self._connection.cursor() as cursor:
            cursor.execute(
                INSERT_MANY,
                (
                    campaigns,
                    amounts,
                    [entry.occurred_at for entry in entries],
                    [entry.recorded_at for entry in entries],
                    [entry.local_day for entry in entries],
                    [entry.source for entry in entries],
                    [entry.reference for entry in entries],
                ),
            )
            cursor.fetchall()
            cursor.execute(MOVE_CAMPAIGNS, (campaigns, amounts))
            cursor.execute(MOVE_BRANDS, ([entry.brand_id for entry in entries], amounts))
        self._connection.commit()


class SqliteFloor:
    """The same statements through the sqlite3 module, with the pragmas of the desk's own connections.

    There, a statement costs next to nothing but itself. So what a spend has to know is read here, too: the floor is the
    work of the database, all of it.
    """

    def __init__(self, database_url: str) -> None:
        # With the module's own cache of statements, which is its way of preparing them.
        self._connection = sqlite3.connect(unquote(database_url.removeprefix("sqlite:///")), timeout=20)
        self._connection.isolation_level = None
        self._connection.executescript("PRAGMA foreign_keys=ON; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")

    def record(self, entry: Entry) -> None:
        """One transaction that reads brand and campaign, and writes one entry and both counters."""
        self.record_many([entry])

    def record_many(self, entries: Sequence[Entry]) -> None:
        """One transaction that reads brands and campaigns, and writes entries and counters."""
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        run(_SQLITE_READ, (json.dumps([entry.campaign_id for entry in entries]),)).fetchall()
        for entry in entries:
            values = (entry.campaign_id, entry.micros, _text(entry.occurred_at), _text(entry.recorded_at))
            run(_SQLITE_INSERT, (*values, entry.local_day.isoformat(), entry.source, entry.reference)).fetchone()
            run(_SQLITE_MOVE_CAMPAIGN, (entry.micros, entry.micros, entry.campaign_id))
            run(_SQLITE_MOVE_BRAND, (entry.micros, entry.micros, entry.brand_id))
        run("COMMIT")


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ")
