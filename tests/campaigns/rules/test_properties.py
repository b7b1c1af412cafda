"""The rules against a plain oracle that walks minute by minute, at random and at every clock change."""

from __future__ import annotations

import itertools
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from campaigns.errors import InvalidAmount
from campaigns.rules.budgets import BudgetUse, BudgetUses
from campaigns.rules.dayparting import Weekday, Window, is_inside, next_edge
from campaigns.rules.delivery import Facts, decide
from campaigns.rules.money import (
    LARGEST_AMOUNT,
    LARGEST_MICROS,
    format_amount,
    from_micros,
    parse_amount,
    parse_budget,
    parse_total,
    to_micros,
)
from campaigns.rules.periods import PeriodKind, current_periods, day_start, local_day, period_at, period_of_day
from tests.campaigns.rules import oracle

# Machines under load are slow, which is no failure. What fails prints how to run it again.
_PROPERTY = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])

_TRICKY_ZONES = (
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Pacific/Fakaofo",
    "America/St_Johns",
    "America/Toronto",
    "America/Havana",
    "America/Asuncion",
    "America/Sao_Paulo",
    "America/Caracas",
    "Africa/Casablanca",
    "Asia/Amman",
    "Asia/Gaza",
    "Asia/Pyongyang",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Antarctica/Casey",
    "Antarctica/Troll",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
    "UTC",
)
# "localtime" is whatever the machine says, and would make a failure impossible to repeat.
_ALL_ZONES = sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})

_FIRST, _LAST = datetime(2005, 1, 1, tzinfo=UTC), datetime(2030, 12, 31, tzinfo=UTC)
_ONE_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_WALK_MINUTES = 2 * oracle.MINUTES_A_DAY


@cache
def _clock_changes(zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the first minute after each change of the zone's offset from 2005 to 2030."""
    changes = []
    for number in range((_LAST - _FIRST).days):
        before, after = _FIRST + number * _ONE_DAY, _FIRST + (number + 1) * _ONE_DAY
        offset = before.astimezone(zone).utcoffset()
        if after.astimezone(zone).utcoffset() == offset:
            continue
        early, late = 0, oracle.MINUTES_A_DAY
        while late - early > 1:
            middle = (early + late) // 2
            moved = (before + middle * oracle.MINUTE).astimezone(zone).utcoffset() != offset
            early, late = (early, middle) if moved else (middle, late)
        changes.append(before + late * oracle.MINUTE)
    return tuple(changes)


_zones = st.one_of(st.sampled_from(_TRICKY_ZONES), st.sampled_from(_ALL_ZONES)).map(ZoneInfo)
_days = st.dates(_FIRST.date(), _LAST.date())
_clocks = st.one_of(
    st.sampled_from([time(0), time(0, 1), time(1), time(1, 30), time(2), time(2, 30), time(3), time(23), time(23, 1)]),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
)
_weekdays = st.one_of(st.just(frozenset(Weekday)), st.frozensets(st.sampled_from(Weekday), min_size=1))


@st.composite
def _moments(draw: st.DrawFn, zone: ZoneInfo) -> datetime:
    """Draw a moment: at or near a change of the zone's clocks, a month's first midnight, or anywhere."""
    seconds = st.one_of(st.just(0), st.integers(-7200, 7200), st.integers(-172_800, 172_800))
    near = timedelta(seconds=draw(seconds))
    kind = draw(st.sampled_from(["clock change", "month end", "anywhere"]))
    changes = _clock_changes(zone)
    if kind == "clock change" and changes:
        return draw(st.sampled_from(changes)) + near
    if kind == "month end":
        first = draw(_days).replace(day=1)
        return datetime.combine(first, time(0), tzinfo=zone).astimezone(UTC) + near
    return draw(st.datetimes(_FIRST.replace(tzinfo=None), _LAST.replace(tzinfo=None), timezones=st.just(UTC)))


@st.composite
def _windows(draw: st.DrawFn, zone: ZoneInfo, moment: datetime) -> tuple[Window, ...]:
    """Draw windows, often with edges just where the clocks change next to the moment."""
    changes = [change for change in _clock_changes(zone) if abs(change - moment) < 3 * _ONE_DAY] or [moment]
    walls = [at.astimezone(zone).replace(tzinfo=None) for change in changes for at in (change - _TICK, change)]
    quarters = st.integers(-6, 6).map(lambda number: timedelta(minutes=15 * number))
    near = st.builds(
        lambda wall, by: (wall + by).time().replace(second=0, microsecond=0), st.sampled_from(walls), quarters
    )
    clocks = st.one_of(near, _clocks)
    return tuple(draw(st.lists(st.builds(Window, _weekdays, clocks, clocks), max_size=3)))


@st.composite
def _zones_and_moments(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    zone = draw(_zones)
    return zone, draw(_moments(zone))


@st.composite
def _uses(draw: st.DrawFn) -> BudgetUse:
    limit = draw(st.sampled_from([None, None, Decimal(0), Decimal(100), Decimal(100), Decimal(100)]))
    spent = draw(st.sampled_from(["-5", "0", "99.999999", "100", "100.000001", "250"]))
    return BudgetUse(limit, Decimal(spent))


@st.composite
def _facts_and_now(draw: st.DrawFn) -> tuple[Facts, datetime]:
    zone, now = draw(_zones_and_moments())
    today = now.astimezone(zone).date()
    free = BudgetUse(None, Decimal(0))
    # Mostly switched on and mostly without a budget, or nearly every campaign would be held for good.
    uses = st.builds(BudgetUses, day=st.one_of(st.just(free), _uses()), month=st.one_of(st.just(free), _uses()))
    near_days = st.one_of(st.none(), st.integers(-2, 2).map(lambda days: today + days * _ONE_DAY))
    facts = Facts(
        zone=zone,
        is_brand_enabled=draw(st.sampled_from([True] * 9 + [False])),
        is_campaign_enabled=draw(st.sampled_from([True] * 9 + [False])),
        brand=draw(uses),
        campaign=draw(uses),
        start_date=draw(near_days),
        end_date=draw(near_days),
        windows=draw(st.one_of(st.none(), _windows(zone, now))),
    )
    return facts, now


@settings(_PROPERTY, max_examples=250)
@given(_facts_and_now())
def test_decide_finds_the_blockers_that_the_oracle_finds(facts_and_now: tuple[Facts, datetime]) -> None:
    facts, now = facts_and_now

    assert decide(facts, now).blockers == oracle.blockers(facts, now)


@settings(_PROPERTY, max_examples=250)
@given(_facts_and_now())
def test_next_change_is_the_first_minute_that_shows_another_headline(facts_and_now: tuple[Facts, datetime]) -> None:
    facts, now = facts_and_now
    walked_to = now.astimezone(UTC).replace(second=0, microsecond=0) + _WALK_MINUTES * oracle.MINUTE

    review_at = decide(facts, now).review_at
    first = oracle.Future(facts, now).first_change(_WALK_MINUTES)

    event("changes" if first else "stays")
    if first is not None or (review_at is not None and review_at <= walked_to):
        assert review_at == first


@settings(_PROPERTY, max_examples=250)
@given(_facts_and_now(), st.floats(0, 1))
def test_headline_stays_until_the_next_change_however_far(facts_and_now: tuple[Facts, datetime], share: float) -> None:
    facts, now = facts_and_now
    verdict = decide(facts, now)
    until = verdict.review_at or now + 60 * _ONE_DAY
    between = now + (until - _TICK - now) * share
    future = oracle.Future(facts, now)

    assert now < until
    assert future.headline_at(between) == verdict.headline
    assert future.headline_at(until - _TICK) == verdict.headline
    assert verdict.review_at is None or future.headline_at(verdict.review_at) != verdict.headline


@settings(_PROPERTY, max_examples=250)
@given(_zones_and_moments(), st.data())
def test_next_edge_is_the_first_minute_at_which_inside_changes(
    zone_and_moment: tuple[ZoneInfo, datetime], data: st.DataObject
) -> None:
    zone, now = zone_and_moment
    windows = data.draw(_windows(zone, now))
    free = BudgetUses(BudgetUse(None, Decimal(0)), BudgetUse(None, Decimal(0)))
    future = oracle.Future(Facts(zone, True, True, free, free, windows=windows), now)

    edge = next_edge(windows, now, zone)
    first = future.first_change(_WALK_MINUTES)

    assert is_inside(windows, now, zone) is (not future.blockers_at(now))
    assert edge == first or (first is None and edge is not None and edge > now + (_WALK_MINUTES - 1) * oracle.MINUTE)


@settings(_PROPERTY, max_examples=250)
@given(_zones_and_moments())
def test_local_day_and_its_start_are_the_oracles(zone_and_moment: tuple[ZoneInfo, datetime]) -> None:
    zone, moment = zone_and_moment
    day = oracle.minute_at(moment, zone).day

    periods = current_periods(moment, zone)

    assert local_day(moment, zone) == periods.day.first_day == day
    assert periods.day.start == oracle.day_begins(day, zone)
    assert periods.day.end == oracle.day_begins(day + _ONE_DAY, zone)
    assert periods.month.start == oracle.day_begins(day.replace(day=1), zone)
    assert moment in periods.day
    assert moment in periods.month


@settings(_PROPERTY, max_examples=100)
@given(_zones, _days)
def test_local_days_and_months_tile_time_without_gaps(zone: ZoneInfo, first: date) -> None:
    days = [period_of_day(PeriodKind.DAY, first + number * _ONE_DAY, zone) for number in range(62)]

    for day, following in itertools.pairwise(days):
        month = period_of_day(PeriodKind.MONTH, day.first_day, zone)
        assert day.end == following.start
        assert day.start <= day.end
        assert month.start <= day.start
        assert day.end <= month.end
        if following.first_day.day == 1:
            assert month.end == following.start == period_at(PeriodKind.MONTH, following.start, zone).start
        if day.start < day.end:
            ends = {period_at(PeriodKind.DAY, at, zone) for at in (day.start, day.end - _TICK)}
            assert ends == {day}


@pytest.mark.parametrize("name", _TRICKY_ZONES)
def test_days_around_every_clock_change_are_the_oracles(name: str) -> None:
    zone = ZoneInfo(name)

    for change in _clock_changes(zone):
        walk = list(oracle.minutes_after(change - _ONE_DAY, zone, 2 * oracle.MINUTES_A_DAY))
        for before, minute in itertools.pairwise(walk):
            if minute.day != before.day:
                assert day_start(minute.day, zone) == minute.at
                assert local_day(minute.at - _TICK, zone) == before.day
        for minute in walk[::29]:
            assert local_day(minute.at, zone) == minute.day


_micros = st.one_of(st.integers(-1_000_000_000, 1_000_000_000), st.integers(-LARGEST_MICROS, LARGEST_MICROS))
_largest = to_micros(LARGEST_AMOUNT)
_amounts = st.one_of(st.integers(-5_000_000, 5_000_000), st.integers(-_largest, _largest)).map(from_micros)
_any_decimals = st.one_of(
    st.decimals(),
    st.decimals(-1000, 1000, places=7),
    st.builds(
        lambda sign, digits, exponent: Decimal((sign, digits, exponent)),
        st.integers(0, 1),
        st.lists(st.integers(0, 9), min_size=1, max_size=80).map(tuple),
        st.one_of(st.integers(-80, 20), st.integers(-2_000_000, 2_000_000)),
    ),
)
_number_like = st.text(alphabet="0123456789.+-,_eE \u0661\uff11\x00", max_size=45)


@settings(_PROPERTY, max_examples=500)
@given(_micros)
def test_micros_survive_the_way_to_units_and_back(micros: int) -> None:
    assert to_micros(from_micros(micros)) == micros


@settings(_PROPERTY, max_examples=500)
@given(_amounts)
def test_amounts_survive_writing_and_reading(amount: Decimal) -> None:
    shown = format_amount(amount, "USD")

    assert parse_total(format_amount(abs(amount), "USD").replace(",", "")) == abs(amount)
    assert Decimal(shown.replace(",", "")) == amount
    assert len(shown.partition(".")[2]) in range(2, 7)
    assume(amount)
    assert parse_amount(shown.replace(",", "")) == parse_amount(amount) == amount


@settings(_PROPERTY, max_examples=200)
@given(st.lists(_micros, max_size=100))
def test_sums_of_amounts_are_exact(many: list[int]) -> None:
    assume(abs(sum(many)) <= LARGEST_MICROS)

    assert to_micros(sum((from_micros(micros) for micros in many), Decimal(0))) == sum(many)


@settings(_PROPERTY, max_examples=1000)
@given(
    st.one_of(_any_decimals, _number_like, st.text(max_size=50), st.integers(), st.sampled_from(["1e999999", "nan"]))
)
def test_money_is_read_exactly_or_refused(value: Decimal | str | int) -> None:
    for parse, places in ((parse_amount, 6), (parse_total, 6), (parse_budget, 2)):
        try:
            read = parse(value)
        except InvalidAmount:
            continue
        assert read is None or read == Decimal(value)
        assert read is None or read == round(read, places)
        assert read is None or abs(read) <= LARGEST_AMOUNT
        assert parse is not parse_amount or read


@settings(_PROPERTY, max_examples=500)
@given(_any_decimals.filter(lambda amount: not amount.is_finite() or amount.adjusted() < 20))
def test_to_micros_is_exact_or_refuses(amount: Decimal) -> None:
    try:
        micros = to_micros(amount)
    except InvalidAmount:
        return
    # Written out, because arithmetic would round to 28 digits.
    assert Decimal(f"{micros}E-6") == amount
