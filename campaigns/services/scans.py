"""Scans: SQL over every campaign, written by hand, for what is looked through again and again and seldom wrong.

And what is looked up for very many at once, each by itself and by its index. The rules and the ORM say the same, more
slowly: the tests compare. Names of tables and columns are the ORM's. It reads only, holds no lock, and returns keys and
sums; whoever writes looks again below the lock.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

from django.db import connection

from campaigns.models import Brand, Campaign, SpendLog
from campaigns.rules.delivery import BUDGET_BLOCKERS, Blocker
from campaigns.rules.money import from_micros
from campaigns.services.driver import column_of, table_of

_NOTHING = Decimal(0)
# The blockers that the scan for mismatches of budgets asks about; it finds whoever is held by an unreadable zone, too.
_ASKED = frozenset({*BUDGET_BLOCKERS, Blocker.OUTSIDE_WINDOWS, Blocker.ZONE_UNREADABLE})
_COUNTED: dict[str, type[Brand | Campaign]] = {"brand": Brand, "campaign": Campaign}


@dataclass(frozen=True, slots=True)
class ZoneToday:
    """A time zone that brands have, and the start of its day and of its month."""

    name: str
    day_start: datetime
    month_start: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """A moment since which counters of a zone count, and the ends of the day and of the month that contain it."""

    zone: str
    since: datetime
    day_end: datetime
    month_end: datetime


def brands_against_budgets(zones: Iterable[ZoneToday], *, latest: datetime) -> list[int]:
    """Return the keys of brands with a campaign whose stored state disagrees with the budgets, or that nobody knows.

    Among them brands that have spent in a period to which their counters have not come, and those that count, or a
    campaign of which counts, since a moment after `latest`.
    """
    rows = [(zone.name, zone.day_start, zone.month_start, latest) for zone in zones]
    # For the brands' budgets, and for what they have spent ahead of the clock.
    return _keys(_against_budgets_text(connection.vendor), [*_columns_of(rows), *_columns_of(rows)]) if rows else []


def brands_against_ledger(first_brand: int, last_brand: int, spans: Iterable[Span]) -> list[int]:
    """Return the keys of brands, of a range, of which a counter is not the sum of its entries.

    :param spans: one for each pair of zone and beginning that the rows of the range have.
    """
    rows = [(span.zone, span.since, span.day_end, span.month_end) for span in spans]
    return _keys(_against_ledger_text(connection.vendor), [*_columns_of(rows), *[first_brand, last_brand] * 2])


def entries_with_references(wanted: Collection[tuple[int, str]]) -> list[int]:
    """Return the keys of the entries that stand under these pairs of campaign and reference, as far as there are any.

    Two conditions, `campaign IN … AND reference IN …`, would be looked up for each campaign with each reference.
    """
    if not wanted:
        return []
    pairs: list[str | list[str]] = (
        [_array(campaign for campaign, _ in wanted), [reference for _, reference in wanted]]
        if connection.vendor == "postgresql"
        else [json.dumps(list(wanted))]
    )
    with connection.cursor() as cursor:
        cursor.execute(_references_text(connection.vendor), pairs)
        return [key for (key,) in cursor.fetchall() if key is not None]


def spent_on_days(wanted: Sequence[tuple[int, str, date]]) -> list[Decimal]:
    """Return what the ledger has of each campaign, source and day, in the same order, corrections included.

    As above, `campaign IN … AND local_day IN …` would read all that the campaigns have, as soon as that is more than
    the database's statistics know of: in the middle of an import, say.
    """
    if not wanted:
        return []
    values: list[str | list[str]] = (
        [
            _array(campaign for campaign, _, _ in wanted),
            [source for _, source, _ in wanted],
            _array(day for _, _, day in wanted),
        ]
        if connection.vendor == "postgresql"
        else [json.dumps([(campaign, source, day.isoformat()) for campaign, source, day in wanted])]
    )
    with connection.cursor() as cursor:
        cursor.execute(_days_text(connection.vendor), values)
        sums = {place: from_micros(int(micros)) for place, micros in cursor.fetchall() if micros is not None}
    first = 1 if connection.vendor == "postgresql" else 0
    return [sums.get(place, _NOTHING) for place in range(first, first + len(wanted))]


def _array(values: Iterable[int | date]) -> str:
    """Return an array as PostgreSQL writes it: numbers and days need no quotes, so that the driver need not look."""
    return f"{{{','.join(map(str, values))}}}"


def _keys(text: str, values: Sequence[int | str | list[str | datetime]]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return sorted(key for (key,) in cursor.fetchall())


def _columns_of(rows: Sequence[Sequence[str | datetime]]) -> list[str | list[str | datetime]]:
    """Return what `_rows` takes: PostgreSQL one list for each column, SQLite everything as one text."""
    if connection.vendor == "postgresql":
        return [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], [], []]
    return [json.dumps([[_text(value) for value in row] for row in rows])]


def _text(value: str | datetime) -> str:
    """Return a moment as SQLite keeps it, so that equal ones are equal."""
    return str(value.astimezone(UTC).replace(tzinfo=None)) if isinstance(value, datetime) else value


def _rows(*names: str) -> str:
    """Return a table of values, whose first column is a text and whose others are moments."""
    if connection.vendor == "postgresql":
        kinds = ", ".join(f"%s::{'timestamptz' if index else 'text'}[]" for index in range(len(names)))
        return f"SELECT * FROM unnest({kinds}) AS one ({', '.join(names)})"
    values = ", ".join(f"json_extract(value, '$[{index}]') AS {name}" for index, name in enumerate(names))
    return f"SELECT {values} FROM json_each(%s)"


@cache
def _references_text(vendor: str) -> str:
    pairs = (
        "unnest(%s::bigint[], %s::text[]) AS wanted (campaign, reference)"
        if vendor == "postgresql"
        else "(SELECT json_extract(value, '$[0]') AS campaign, json_extract(value, '$[1]') AS reference "
        "FROM json_each(%s)) AS wanted"
    )
    reference = f"entry.{column_of(SpendLog, 'reference')}"
    # One at a time, by the index: a join would rather read the whole ledger. The index has no empty references, and
    # SQLite sees that only where it is said in the words of the index.
    return (
        f"SELECT (SELECT entry.id FROM {table_of(SpendLog)} AS entry WHERE {reference} = wanted.reference "
        f"AND entry.{column_of(SpendLog, 'campaign')} = wanted.campaign AND NOT ({reference} = '')) FROM {pairs}"
    )


@cache
def _days_text(vendor: str) -> str:
    wanted = (
        "unnest(%s::bigint[], %s::text[], %s::date[]) WITH ORDINALITY AS wanted (campaign, source, day, place)"
        if vendor == "postgresql"
        else "(SELECT json_extract(value, '$[0]') AS campaign, json_extract(value, '$[1]') AS source, "
        "json_extract(value, '$[2]') AS day, key AS place FROM json_each(%s)) AS wanted"
    )
    return (
        f"SELECT wanted.place, (SELECT SUM(entry.{column_of(SpendLog, 'amount')}) FROM {table_of(SpendLog)} AS entry "
        f"WHERE entry.{column_of(SpendLog, 'campaign')} = wanted.campaign "
        f"AND entry.{column_of(SpendLog, 'local_day')} = wanted.day "
        f"AND entry.{column_of(SpendLog, 'source')} = wanted.source) FROM {wanted}"
    )


@cache
def _against_budgets_text(vendor: str) -> str:
    brand, campaign, entry = table_of(Brand), table_of(Campaign), table_of(SpendLog)
    paused, active = f"campaign.{column_of(Campaign, 'paused_because')}", f"campaign.{column_of(Campaign, 'is_active')}"
    is_used_up = " OR ".join(f"({condition})" for _, condition in _budgets("campaign", "held"))
    expected = f"CASE WHEN held.is_held THEN held.blocker {_first_used_up('campaign', 'held')} ELSE '' END"
    # What is shown before the budgets (switches, flight) stays the headline whatever they say.
    not_asked = [blocker for blocker in Blocker if blocker not in _ASKED]
    # Nearly all run, or are held by what is not asked about here: they are told from the others by one look.
    is_wrong = (
        f"CASE WHEN {paused} = '' THEN FALSE WHEN {paused} IN ({_codes(BUDGET_BLOCKERS)}) THEN {paused} <> {expected} "
        f"WHEN {paused} = '{Blocker.OUTSIDE_WINDOWS.value}' THEN held.is_held OR {is_used_up} "
        f"ELSE {paused} NOT IN ({_codes(not_asked)}) END"
    )
    behind = " OR ".join(
        f"(brand.{column_of(Brand, f'{word}_since')} < today.{start} AND EXISTS (SELECT 1 FROM {campaign} AS campaign "
        f"JOIN {entry} AS entry ON entry.{column_of(SpendLog, 'campaign')} = campaign.id "
        f"WHERE campaign.{column_of(Campaign, 'brand')} = brand.id "
        f"AND entry.{column_of(SpendLog, 'occurred_at')} >= today.{start}))"
        for word, start in (("daily", "day_start"), ("monthly", "month_start"))
    )
    in_zone = (
        f"{brand} AS brand JOIN ({_rows('zone', 'day_start', 'month_start', 'latest')}) AS today "
        f"ON today.zone = brand.{column_of(Brand, 'time_zone')}"
    )
    # Put together first: joined for each campaign with each zone, it would be most of the work. This says so to
    # PostgreSQL and, unlike a WITH or a number without quotes, does not keep it from scanning in parallel.
    fence = " OFFSET '0'" if vendor == "postgresql" else ""
    held = (
        "SELECT one.*, one.blocker <> '' AS is_held FROM (SELECT brand.id, today.day_start, today.month_start, "
        f"today.latest, {_is_ahead('brand', 'today')} AS is_ahead, CASE {_first_used_up('brand', 'today')} ELSE '' END "
        f"AS blocker FROM {in_zone}) AS one{fence}"
    )
    return (
        f"SELECT campaign.{column_of(Campaign, 'brand')} FROM {campaign} AS campaign "
        f"JOIN ({held}) AS held ON held.id = campaign.{column_of(Campaign, 'brand')} "
        f"WHERE ({active} AND (held.is_held OR {is_used_up})) OR {is_wrong} "
        f"OR held.is_ahead OR {_is_ahead('campaign', 'held')} "
        # PostgreSQL expects most campaigns to be wrong: only where few rows come out of it does it scan in parallel.
        f"GROUP BY campaign.{column_of(Campaign, 'brand')} "
        f"UNION SELECT brand.id FROM {in_zone} WHERE {behind}"
    )


def _is_ahead(row: str, today: str) -> str:
    """Return the condition that a counter of the row is of a period that has not begun: a clock was wrong."""
    model = _COUNTED[row]
    sinces = (f"{row}.{column_of(model, f'{word}_since')} > {today}.latest" for word in ("daily", "monthly"))
    return f"({' OR '.join(sinces)})"


def _first_used_up(row: str, today: str) -> str:
    """Return the branches of a CASE that name the first budget of the row that is used up, as the rules say it."""
    return " ".join(f"WHEN {condition} THEN '{blocker.value}'" for blocker, condition in _budgets(row, today))


def _budgets(row: str, today: str) -> Iterator[tuple[Blocker, str]]:
    """Yield for each budget of the row, the first first, the condition that it is used up."""
    model = _COUNTED[row]
    blockers = (
        {"monthly": Blocker.BRAND_MONTH, "daily": Blocker.BRAND_DAY}
        if row == "brand"
        else {"monthly": Blocker.CAMPAIGN_MONTH, "daily": Blocker.CAMPAIGN_DAY}
    )
    starts = {"monthly": f"{today}.month_start", "daily": f"{today}.day_start"}
    for word, blocker in blockers.items():
        budget, counter, since = (
            f"{row}.{column_of(model, name)}" for name in (f"{word}_budget", f"current_{word}_spend", f"{word}_since")
        )
        # A counter of an older period counts as 0.
        yield blocker, f"{budget} = 0 OR ({since} >= {starts[word]} AND {counter} >= {budget})"


def _codes(blockers: Iterable[Blocker]) -> str:
    return ", ".join(f"'{blocker.value}'" for blocker in blockers)


@cache
def _against_ledger_text(vendor: str) -> str:
    is_postgres = vendor == "postgresql"
    columns = {
        (row, word): (
            f"{row}.{column_of(model, f'{word}_since')}",
            f"{row}.{column_of(model, f'current_{word}_spend')}",
        )
        for row, model in (("campaign", Campaign), ("brand", Brand))
        for word in ("daily", "monthly")
    }
    ends = {"daily": "day_end", "monthly": "month_end"}
    moment, amount = column_of(SpendLog, "occurred_at"), column_of(SpendLog, "amount")
    spans = "".join(
        f" JOIN span AS {row}_{word} ON {row}_{word}.zone = brand.{column_of(Brand, 'time_zone')} "
        f"AND {row}_{word}.since = {since}"
        for (row, word), (since, _) in columns.items()
    )
    sums = ", ".join(
        f"COALESCE(SUM(entry.{amount}) FILTER (WHERE entry.{moment} >= {since} "
        f"AND entry.{moment} < {row}_{word}.{ends[word]}), 0) AS {row}_{word}"
        for (row, word), (since, _) in columns.items()
    )
    earliest = f"{'LEAST' if is_postgres else 'MIN'}({', '.join(since for since, _ in columns.values())})"
    own = f"entry.{column_of(SpendLog, 'campaign')} = campaign.id AND entry.{moment} >= {earliest}"
    scope = (
        f"{table_of(Campaign)} AS campaign JOIN {table_of(Brand)} AS brand "
        f"ON brand.id = campaign.{column_of(Campaign, 'brand')}{spans}"
    )
    entry, is_in_range = table_of(SpendLog), "brand.id BETWEEN %s AND %s"
    counted = ", ".join(
        f"{counter} AS {word}_counted" for (row, word), (_, counter) in columns.items() if row == "campaign"
    )
    # Each campaign's entries are found by its index; joined as a set, the whole ledger would be read for a few brands.
    per_campaign = (
        f"SELECT brand.id AS brand_id, {counted}, total.* FROM {scope} "
        f"CROSS JOIN LATERAL (SELECT {sums} FROM {entry} AS entry WHERE {own}) AS total WHERE {is_in_range}"
        if is_postgres
        else f"SELECT brand.id AS brand_id, {counted}, {sums} FROM {scope} LEFT JOIN {entry} AS entry ON {own} "
        f"WHERE {is_in_range} GROUP BY campaign.id"
    )
    brand_counters = [columns["brand", word][1] for word in ("daily", "monthly")]
    return (
        f"WITH span AS ({_rows('zone', 'since', 'day_end', 'month_end')}), counted AS ({per_campaign}) "
        "SELECT brand_id FROM counted WHERE daily_counted <> campaign_daily OR monthly_counted <> campaign_monthly "
        f"UNION SELECT brand.id FROM {table_of(Brand)} AS brand LEFT JOIN counted ON counted.brand_id = brand.id "
        f"WHERE {is_in_range} GROUP BY brand.id HAVING {brand_counters[0]} <> COALESCE(SUM(brand_daily), 0) "
        f"OR {brand_counters[1]} <> COALESCE(SUM(brand_monthly), 0)"
    )
