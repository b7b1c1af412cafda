"""Inputs that nobody thought of: every rule takes them exactly or refuses them, and no door fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import hypothesis
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from campaigns.errors import Refusal
from campaigns.files.cells import Unit, read_amount
from campaigns.files.dates import DateOrder, read_day
from campaigns.files.numbers import DecimalMark
from campaigns.rules.dayparting import parse_hours
from campaigns.rules.money import parse_amount, parse_budget, parse_new_amount, parse_total, round_to_micros
from campaigns.rules.periods import CLOCK_TOLERANCE, check_flight_day, check_moment, find_zone, parse_moment
from campaigns.rules.texts import parse_currency, parse_description, parse_name, parse_reference, parse_source
from tests.factories import NOON
from tests.matrix.desk import Desk, everything_stored

# A few each time at the doors; `./test.sh --long` sends many more.
EXAMPLES = min(hypothesis.settings().max_examples // 4, 500)

# Texts that are nearly numbers, moments or hours find more than any text.
_NEARLY = st.text(alphabet="0123456789+-.,eE_:/TZ \x00１٣NnaAiIfF€", max_size=50)
_TEXTS = _NEARLY | st.text(max_size=300) | st.from_regex(r"[+-]?[0-9]{1,14}(\.[0-9]{0,8})?", fullmatch=True)
_DECIMALS = st.decimals(allow_nan=True, allow_infinity=True) | st.decimals(places=6, allow_nan=False)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)

_READERS: dict[str, Callable[[str], object]] = {
    "amount": parse_amount,
    "new amount": parse_new_amount,
    "total": parse_total,
    "budget": parse_budget,
    "file's amount": lambda text: read_amount(text, Unit.UNITS, DecimalMark.POINT),
    "file's micros": lambda text: read_amount(text, Unit.MICROS, DecimalMark.COMMA),
    "file's day": lambda text: read_day(text, DateOrder.DAY_FIRST),
    "moment": lambda text: check_moment(parse_moment(text), now=NOON),
    "hours": parse_hours,
    "zone": find_zone,
    "currency": parse_currency,
    "name": parse_name,
    "reference": parse_reference,
    "source": parse_source,
    "description": parse_description,
}


@pytest.mark.parametrize("what", _READERS)
@given(text=_TEXTS)
def test_text_is_read_or_refused(what: str, text: str) -> None:
    try:
        _READERS[what](text)
    except Refusal as refusal:
        sentence = str(refusal)
        sentence.encode()
        assert "\n" not in sentence


@pytest.mark.parametrize("parse", [parse_amount, parse_new_amount, parse_total, parse_budget])
@given(amount=_DECIMALS)
def test_decimal_is_kept_exactly_or_refused(parse: Callable[[Decimal], Decimal | None], amount: Decimal) -> None:
    try:
        kept = parse(amount)
    except Refusal:
        return

    assert kept == amount


@given(amount=_DECIMALS)
def test_float_noise_is_rounded_by_less_than_a_micro_or_refused(amount: Decimal) -> None:
    try:
        kept = round_to_micros(amount)
    except Refusal:
        return

    assert abs(kept - amount) <= Decimal("0.0000005")


@given(moment=st.datetimes(timezones=st.none() | st.timezones() | st.just(UTC)))
def test_moment_is_kept_exactly_or_refused(moment: datetime) -> None:
    try:
        kept = check_moment(moment, now=NOON)
    except Refusal:
        return

    # In UTC: Python calls a repeated hour unequal to itself in another zone.
    assert (kept, kept.tzinfo) == (moment.astimezone(UTC), UTC)
    assert kept <= NOON + CLOCK_TOLERANCE


@given(day=st.dates())
def test_day_of_a_flight_is_kept_or_refused(day: date) -> None:
    try:
        kept = check_flight_day(day, field="start_date")
    except Refusal:
        return

    assert kept == day
    assert kept - timedelta(days=1000)
    assert kept + timedelta(days=1000)


@pytest.mark.parametrize(
    ("method", "path", "names"),
    [
        ("POST", "/spend", ("amount", "occurred_at", "reference", "description", "source", "campaign")),
        ("PATCH", "/brands/{brand}", ("name", "daily_budget", "monthly_budget", "time_zone", "currency")),
        ("PATCH", "/campaigns/{campaign}", ("name", "external_id", "daily_budget", "start_date", "end_date")),
        ("PUT", "/campaigns/{campaign}/windows", ("windows",)),
        ("POST", "/spend/{entry}/corrections", ("amount", "description")),
    ],
)
def test_api_takes_or_refuses_whatever_it_is_sent(desk: Desk, method: str, path: str, names: tuple[str, ...]) -> None:
    address = path.format(brand=desk.brand.pk, campaign=desk.search.pk, entry=desk.entry.pk)
    before = everything_stored()

    @hypothesis.settings(suppress_health_check=list(HealthCheck), max_examples=EXAMPLES)
    @given(facts=st.dictionaries(st.sampled_from(names), _JSON, max_size=3), is_whole=st.booleans())
    def check(facts: dict[str, object], is_whole: bool) -> None:
        whole = {"campaign": desk.search.pk, "amount": "5"} if is_whole and path == "/spend" else {}
        with transaction.atomic():
            answer = desk.program.send(method, address, json.dumps({**whole, **facts}))
            assert answer.status in (200, 201, 400, 404, 409, 422), answer
            if answer.status >= 400:
                assert answer.refusal
                assert everything_stored() == before
            transaction.set_rollback(True)

    check()


@pytest.mark.parametrize("mark", ["", "/", "?"])
def test_api_finds_or_does_not_find_whatever_the_address(desk: Desk, mark: str) -> None:
    @hypothesis.settings(suppress_health_check=list(HealthCheck), max_examples=EXAMPLES)
    @given(rest=st.text(st.characters(codec="utf-8"), max_size=40))
    def check(rest: str) -> None:
        answer = desk.program.send("GET", f"/campaigns{mark}{rest}")
        assert answer.status in (200, 404, 405, 422), answer

    check()
