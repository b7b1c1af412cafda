"""Data sets: brands, campaigns and entries in any number, made by a few statements, the same on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection

from benchmarks.case import NOW, Scene
from campaigns.models import Brand, Campaign, SpendLog
from campaigns.rules.money import to_micros
from campaigns.rules.periods import current_periods, find_zone, local_day

# At `NOW` less an hour, all of them have the same date.
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kolkata", "America/Los_Angeles")
DAYS = 10
AMOUNT = to_micros(Decimal("1.25"))
# Never reached, and never near a threshold either: what happens there is a case of its own.
BUDGET = to_micros(Decimal(100_000_000))
LARGE_BRAND_CAMPAIGNS = 100


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is: so many small brands, each with so many campaigns, and one large brand.

    :param entries_a_day: of every campaign, on each of the days.
    :param changes_each: starts and stops of every campaign.
    :param acts_each: what the audit keeps of every campaign.
    """

    small_brands: int
    campaigns_each: int
    entries_a_day: int = 1
    large_brand_campaigns: int = LARGE_BRAND_CAMPAIGNS
    changes_each: int = 0
    acts_each: int = 0


SIZES = {
    "tiny": Size(small_brands=20, campaigns_each=1, changes_each=2, acts_each=2),
    "1k": Size(small_brands=1_000, campaigns_each=1),
    "100k": Size(small_brands=1_000, campaigns_each=100),
    "1m": Size(small_brands=1_000, campaigns_each=1_000),
    "agency": Size(small_brands=500, campaigns_each=20, entries_a_day=10, changes_each=20, acts_each=10),
    # A brand that has a million entries in this month, a hundred thousand of each of its campaigns.
    "one_brand": Size(
        small_brands=1, campaigns_each=1, entries_a_day=10_000, large_brand_campaigns=10, changes_each=1_000
    ),
}

_NUMBERS = "WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < {count}) "


def build(size: Size) -> Scene:
    """Fill the empty tables of the connected database, and return where everything is."""
    _insert_brands(size.small_brands + 1)
    keys = list(Brand.objects.order_by("pk").values_list("pk", flat=True))
    _insert_campaigns(keys[0], size.small_brands * size.campaigns_each, size.campaigns_each)
    _insert_campaigns(keys[-1], size.large_brand_campaigns, size.large_brand_campaigns)
    for days_ago in range(DAYS):
        _insert_entries(days_ago, size.entries_a_day)
    _count_entries(size.entries_a_day)
    _insert_history(size.changes_each, size.acts_each)
    with connection.cursor() as cursor:
        # As autovacuum leaves it, so that an index alone can answer.
        may_vacuum = connection.vendor == "postgresql" and not connection.in_atomic_block
        cursor.execute("VACUUM ANALYZE" if may_vacuum else "ANALYZE")
    return look_around()


def look_around(database_url: str = "") -> Scene:
    """Return where everything is in a database that was built, or copied, before."""
    *small, large = Brand.objects.order_by("pk").values_list("pk", flat=True)
    campaigns = {large: list(Campaign.objects.filter(brand=large).order_by("pk").values_list("pk", flat=True))}
    first = Campaign.objects.filter(brand__in=small, name="Campaign 0").order_by()
    campaigns |= {brand: [campaign] for brand, campaign in first.values_list("brand_id", "pk")}
    return Scene(database_url=database_url, small_brands=small, large_brand=large, campaigns=campaigns)


def _insert_brands(count: int) -> None:
    """Make brands with keys in the order of their numbers, in one zone after the other."""
    zones, moments = [], []
    for number, name in enumerate(ZONES):
        today = current_periods(NOW, find_zone(name))
        zones.append(f"WHEN {number} THEN %s")
        moments.append((name, today.day.start, today.month.start))
    case = f"CASE {_remainder(len(ZONES))} {' '.join(zones)} END"
    _run(
        _NUMBERS.format(count=count) + "INSERT INTO campaigns_brand (name, time_zone, currency, is_enabled, "
        "daily_budget_micros, monthly_budget_micros, current_daily_spend_micros, current_monthly_spend_micros, "
        f"daily_since, monthly_since) SELECT 'Brand ' || i, {case}, 'USD', {_true()}, {BUDGET}, {BUDGET}, 0, 0, "
        f"{_cast(case)}, {_cast(case)} FROM numbers ORDER BY i",
        [value for column in zip(*moments, strict=True) for value in column],
    )


def _insert_campaigns(first_brand: int, count: int, each: int) -> None:
    """Make campaigns, `each` for one brand after the other, with the periods of their brands."""
    _run(
        _NUMBERS.format(count=count) + "INSERT INTO campaigns_campaign (brand_id, name, external_id, is_enabled, "
        "daily_budget_micros, monthly_budget_micros, current_daily_spend_micros, current_monthly_spend_micros, "
        "daily_since, monthly_since, is_active, paused_because, review_at) "
        f"SELECT brand.id, 'Campaign ' || {_remainder(each)}, 'c-' || i, {_true()}, {BUDGET}, {BUDGET}, 0, 0, "
        f"brand.daily_since, brand.monthly_since, {_true()}, '', NULL FROM numbers "
        f"JOIN campaigns_brand brand ON brand.id = {first_brand} + i / {each} ORDER BY i"
    )


def _insert_entries(days_ago: int, count: int) -> None:
    """Make entries of that day for every campaign."""
    moment = NOW - timedelta(days=days_ago, hours=1)
    day = local_day(moment, find_zone(ZONES[0]))
    table = SpendLog._meta.db_table
    _run(
        _NUMBERS.format(count=count)
        + f"INSERT INTO {table} (campaign_id, amount_micros, occurred_at, recorded_at, local_day, description, "
        f"source, reference) SELECT id, {AMOUNT}, {_cast('%s')}, {_cast('%s')}, {_cast('%s', 'date')}, '', 'history', "
        "%s || id || '-' || i FROM campaigns_campaign CROSS JOIN numbers ORDER BY i, id",
        [moment, moment, day, f"day-{days_ago}-"],
    )


def _count_entries(a_day: int) -> None:
    """Put every counter to the sum of its entries: today's one, and all of them for the month."""
    assert NOW.day >= DAYS, "all entries of a data set lie in one month"
    counters = "current_daily_spend_micros = {day}, current_monthly_spend_micros = {month}"
    day, month = AMOUNT * a_day, AMOUNT * a_day * DAYS
    _run("UPDATE campaigns_campaign SET " + counters.format(day=day, month=month))
    owned = "(SELECT count(*) FROM campaigns_campaign owned WHERE owned.brand_id = campaigns_brand.id)"
    _run("UPDATE campaigns_brand SET " + counters.format(day=f"{day} * {owned}", month=f"{month} * {owned}"))


def _insert_history(changes: int, acts: int) -> None:
    """Make starts and stops of every campaign, in turn, and acts of people on it."""
    moment, limit = NOW - timedelta(days=DAYS), f"{BUDGET}, {BUDGET}"
    numbers = _NUMBERS + "INSERT INTO campaigns_{table} "
    if changes:
        _run(
            numbers.format(count=changes, table="statuschange") + "(campaign_id, changed_at, is_active, blockers, "
            f"cause, actor, spent_micros, limit_micros, position) SELECT id, {_cast('%s')}, {_remainder(2)} = 1, "
            f"{_cast('%s', 'jsonb')}, 'spend', '', {limit}, row_number() OVER (ORDER BY i, id) "
            "FROM campaigns_campaign CROSS JOIN numbers ORDER BY i, id",
            [moment, '["brand_day"]'],
        )
        # Where tests have emptied all tables, there is no feed to bring up to date.
        _run("DELETE FROM campaigns_changefeed")
        _run("INSERT INTO campaigns_changefeed (id, last_position) SELECT 1, MAX(position) FROM campaigns_statuschange")
    if acts:
        _run(
            numbers.format(count=acts, table="auditentry") + "(brand_id, campaign_id, subject, acted_at, actor, act, "
            "facts) SELECT brand.id, campaign.id, brand.name || ' / ' || campaign.name, "
            f"{_cast('%s')}, 'ann', 'changed', {_cast('%s', 'jsonb')} FROM campaigns_campaign campaign "
            "JOIN campaigns_brand brand ON brand.id = campaign.brand_id CROSS JOIN numbers ORDER BY i, campaign.id",
            [moment, '[["daily_budget", "10.00", "20.00"]]'],
        )


def _remainder(divisor: int) -> str:
    # Not `%`, which stands for a value as soon as there are any.
    return f"(i - i / {divisor} * {divisor})"


def _true() -> str:
    return "TRUE" if connection.vendor == "postgresql" else "1"


def _cast(text: str, kind: str = "timestamptz") -> str:
    return f"CAST({text} AS {kind})" if connection.vendor == "postgresql" else text


def _run(statement: str, values: Sequence[str | date] = ()) -> None:
    adapted = [value if connection.vendor == "postgresql" else _text(value) for value in values]
    with connection.cursor() as cursor:
        cursor.execute(statement, adapted)


def _text(value: str | date) -> str | date:
    """Return a moment as SQLite keeps it."""
    return value.replace(tzinfo=None).isoformat(" ") if isinstance(value, datetime) else value
