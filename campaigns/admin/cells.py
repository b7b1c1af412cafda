"""What lists and pages show: money, use of a budget, states and moments, as small pieces of HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from campaigns.admin import icons
from campaigns.facts import readable_zone
from campaigns.models import Brand, Campaign, Status, StatusChange
from campaigns.rules.budgets import BudgetUse, BudgetUses
from campaigns.rules.money import format_amount, format_money, round_to_coins

NOTHING = "–"

_LEVEL_OF_STATUS = {Status.ACTIVE: "good", Status.PAUSED: "warn", Status.INACTIVE: "off"}
_ICON_OF_STATUS = {Status.ACTIVE: "running", Status.PAUSED: "paused", Status.INACTIVE: "off"}
_FULL = Decimal(100)
# From here on, the digits before the point say enough of an estimate.
_ENOUGH = 100
_ALMOST_FULL = Decimal("99.9")


def badge(words: str, level: str, icon: str = "") -> SafeString:
    """Return a state as icon and words with a colour: good, warn, bad, info or off.

    :param icon: its name; empty: the level's own.
    """
    return format_html('<span class="badge badge-{}">{}{}</span>', level, icons.icon(icon or level), words)


def status_badge(status: Status) -> SafeString:
    """Return a campaign's state as icon and word with a colour."""
    return badge(status.value, _LEVEL_OF_STATUS[status], _ICON_OF_STATUS[status])


def count_badge(number: int, status: Status) -> SafeString:
    """Return a number of campaigns in that state."""
    return badge(f"{number} {status.value}", _LEVEL_OF_STATUS[status], _ICON_OF_STATUS[status])


def started_badge(is_active: bool) -> SafeString:
    """Return whether a change was a start or a stop."""
    return badge("started", "good", "running") if is_active else badge("stopped", "warn", "paused")


def level_of(use: BudgetUse) -> str:
    """Return how near the budget is to its end: good, warn or bad."""
    if use.is_used_up:
        return "bad"
    return "warn" if use.is_nearly_used_up else "good"


def spent_of_limit(use: BudgetUse, currency: str) -> SafeString:
    """Return what was spent, and of how much."""
    limit = "no limit" if use.limit is None else f"of {format_amount(use.limit, currency)}"
    return format_html(
        '<span class="money">{}</span> <span class="limit">{}</span>', format_money(use.spent, currency), limit
    )


def used(use: BudgetUse) -> SafeString:
    """Return the share of a budget that is used, as a bar and in words."""
    if use.limit is None:
        return format_html('<span class="use use-none">{}</span>', NOTHING)
    percent = shown_percent(use)
    if percent is None:
        return format_html('<span class="use use-bad">{}</span>', "budget is 0")
    return format_html(
        '<span class="use use-{}"><meter max="100" value="{}" aria-label="used"></meter> <span>{} %</span></span>',
        level_of(use),
        min(max(percent, Decimal(0)), _FULL),
        percent,
    )


def budget(use: BudgetUse, currency: str) -> SafeString:
    """Return what was spent, of how much, and the share that is used: one cell of a list."""
    if use.limit is None:
        return spent_of_limit(use, currency)
    return format_html("{} {}", spent_of_limit(use, currency), used(use))


def name(text: str) -> SafeString:
    """Return a name, in its own direction of writing, whatever stands beside it."""
    return format_html('<bdi class="name">{}</bdi>', text)


def owned(name_of_it: str, owner: str, more: str = "") -> SafeString:
    """Return a name with what it belongs to below, and more words there."""
    cell = format_html('{} <bdi class="owner">{}</bdi>', name(name_of_it), owner)
    return format_html('{} <span class="owner">{}</span>', cell, more) if more else cell


def flight(campaign: Campaign) -> str:
    """Return a flight in words: `1 Nov 2026 – 30 Nov 2026`; empty where it has no end and no beginning."""
    first, last = campaign.start_date, campaign.end_date
    if first and last:
        return f"{day(first)} – {day(last)}"
    if last:
        return f"until {day(last)}"
    return f"from {day(first)}" if first else ""


def moment(when: datetime | None, zone: ZoneInfo | None, *, year: bool = True) -> SafeString | str:
    """Return a moment as the zone's clocks show it; without a readable zone, in UTC."""
    if when is None:
        return NOTHING
    local = when.astimezone(zone or UTC)
    return format_html(
        '<time datetime="{}">{}</time> <span class="zone">{}</span>',
        when.astimezone(UTC).isoformat(),
        local.strftime("%a %d %b %Y %H:%M" if year else "%a %d %b %H:%M"),
        zone.key if zone else "UTC",
    )


def review_moment(campaign: Campaign, brand: Brand, now: datetime) -> SafeString | str:
    """Return when time alone may next change the campaign's state."""
    when = campaign.review_at
    if when is not None and when <= now:
        return "due now"
    return moment(when, readable_zone(brand), year=when is not None and when.year != now.year)


def change_numbers(change: StatusChange) -> str:
    """Return the deciding budget's numbers at the moment of a start or stop."""
    if change.spent is None or change.limit is None:
        return NOTHING
    currency = change.campaign.brand.currency
    return f"{format_amount(change.spent, currency)} of {format_money(change.limit, currency)}"


def lines(sentences: Sequence[str], *, otherwise: str) -> SafeString | str:
    """Return sentences as a list, or one sentence where there are none."""
    if not sentences:
        return otherwise
    return format_html('<ul class="sentences">{}</ul>', format_html_join("", "<li>{}</li>", ([s] for s in sentences)))


def budget_table(owners: Iterable[tuple[str, BudgetUses]], currency: str) -> SafeString:
    """Return a table of budgets: whose, of which period, spent of limit, and the share that is used."""
    rows = [
        (owner, period, spent_of_limit(use, currency), used(use))
        for owner, uses in owners
        for period, use in (("today", uses.day), ("this month", uses.month))
    ]
    body = format_html_join("", "<tr><th>{} {}</th><td>{}</td><td>{}</td></tr>", rows)
    return format_html('<table class="budgets">{}</table>', body)


def shown_percent(use: BudgetUse) -> Decimal | None:
    """Return the used share as people see it: never 100 % while something is left. None where there is no share."""
    percent = use.used_percent
    if percent is not None and percent >= _FULL and not use.is_used_up:
        # Rounded, it would say that nothing is left while the campaign still runs.
        return _ALMOST_FULL
    return percent


def estimate(amount: Decimal, currency: str) -> str:
    """Return an amount that is foretold: in whole units where that says enough, else in whole coins."""
    if abs(amount) >= _ENOUGH:
        return f"{amount:,.0f}"
    return format_amount(round_to_coins(amount, currency), currency)


def day(which: date) -> str:
    """Return a date: `20 Nov 2026`."""
    return f"{which.day} {which:%b %Y}"
