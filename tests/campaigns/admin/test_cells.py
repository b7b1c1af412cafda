"""The pieces of lists and pages."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils.html import strip_tags

from campaigns.admin import cells
from campaigns.models import Status
from campaigns.rules.budgets import BudgetUse


def use(spent: str, limit: str | None) -> BudgetUse:
    return BudgetUse(None if limit is None else Decimal(limit), Decimal(spent))


@pytest.mark.parametrize(
    ("spent", "limit", "level", "words"),
    [
        ("0", "100", "good", "0.0 %"),
        ("79.99", "100", "good", "80.0 %"),
        ("80", "100", "warn", "80.0 %"),
        ("99.9", "100", "warn", "99.9 %"),
        ("99.999999", "100", "warn", "99.9 %"),
        ("100", "100", "bad", "100.0 %"),
        ("1000", "100", "bad", "1000.0 %"),
        ("-5", "100", "good", "-5.0 %"),
        ("0", "0", "bad", "budget is 0"),
        ("5", None, "none", "–"),
    ],
)
def test_used_says_share_and_level(spent: str, limit: str | None, level: str, words: str) -> None:
    cell = cells.used(use(spent, limit))

    assert f'class="use use-{level}"' in cell
    assert strip_tags(cell).strip() == words


@pytest.mark.parametrize(("spent", "value"), [("-5", "0"), ("50", "50.0"), ("1000", "100")])
def test_bar_stays_in_its_frame(spent: str, value: str) -> None:
    assert f'value="{value}"' in cells.used(use(spent, "100"))


def test_budget_without_a_limit_has_no_bar() -> None:
    assert strip_tags(cells.budget(use("1234.5", None), "EUR")) == "1,234.50 EUR no limit"


def test_names_are_escaped() -> None:
    cell = cells.owned("<script>", "A & B")

    assert cell == '<bdi class="name">&lt;script&gt;</bdi> <bdi class="owner">A &amp; B</bdi>'


@pytest.mark.parametrize(
    ("zone", "words"),
    [(ZoneInfo("Asia/Kathmandu"), "Sat 21 Nov 2026 00:45 Asia/Kathmandu"), (None, "Fri 20 Nov 2026 19:00 UTC")],
)
def test_moment_is_said_on_the_brands_clock(zone: ZoneInfo | None, words: str) -> None:
    cell = cells.moment(datetime(2026, 11, 20, 19, tzinfo=UTC), zone)

    assert strip_tags(str(cell)) == words


def test_no_moment_is_a_dash() -> None:
    assert cells.moment(None, None) == "–"


@pytest.mark.parametrize("status", Status)
def test_state_is_icon_and_word(status: Status) -> None:
    cell = cells.status_badge(status)

    assert strip_tags(cell) == status.value
    assert 'aria-hidden="true"' in cell
