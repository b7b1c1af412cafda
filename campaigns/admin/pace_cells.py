"""How a budget stands beside its plan: a bar with a mark where it should be by now, and the same in words."""

from __future__ import annotations

from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from campaigns.admin import cells
from campaigns.queries import BrandStanding, Outlook
from campaigns.rules.money import format_amount
from campaigns.rules.pacing import Pace, RiskKind
from campaigns.rules.periods import PeriodKind

_FULL = Decimal(100)
_HUNDREDTH = Decimal("0.01")

# Words, level and icon; an empty icon is the level's own.
_OUTLOOKS = {
    Outlook.UNREADABLE: ("Time zone unreadable", "bad", ""),
    Outlook.OFF: ("Switched off", "off", ""),
    Outlook.NEARLY: ("Close to its limit", "warn", ""),
    Outlook.IDLE: ("Nothing may run", "info", "paused"),
    Outlook.BEYOND: ("Ahead of plan", "warn", ""),
    Outlook.UNSPENT: ("Behind plan", "info", "behind"),
    Outlook.NO_BUDGET: ("No budget set", "off", ""),
    Outlook.ON_TRACK: ("On track", "good", ""),
}
_USED_UP = {PeriodKind.DAY: "Today's budget used up", PeriodKind.MONTH: "Month's budget used up"}
_RISKS = {
    (RiskKind.BEYOND, PeriodKind.DAY): "beyond today's budget",
    (RiskKind.BEYOND, PeriodKind.MONTH): "beyond the month's budget",
    (RiskKind.UNSPENT, PeriodKind.MONTH): "left of the month's budget",
}

OUTLOOK_NAMES = {outlook: words for outlook, (words, _, _) in _OUTLOOKS.items()} | {Outlook.USED_UP: "Budget used up"}


def outlook_badge(standing: BrandStanding) -> SafeString:
    """Return how the brand stands, as icon and words."""
    if standing.outlook is Outlook.USED_UP and standing.used_up is not None:
        return cells.badge(_USED_UP[standing.used_up], "bad")
    return cells.badge(*_OUTLOOKS[standing.outlook])


def risk(standing: BrandStanding) -> SafeString | str:
    """Return the money at risk, and in which way."""
    if standing.risk is None:
        return cells.NOTHING
    words = _RISKS[standing.risk.kind, standing.risk.period]
    amount = f"{cells.estimate(standing.risk.amount, standing.currency)} {standing.currency}"
    return format_html('<span class="money">{}</span> <span class="limit">{}</span>', amount, words)


def used_words(pace: Pace) -> SafeString | str:
    """Return the used share in words, in the colour of its level."""
    use = pace.use
    if use.limit is None:
        return ""
    percent = cells.shown_percent(use)
    words = "budget is 0" if percent is None else f"{percent} %"
    return format_html('<span class="use use-{}">{}</span>', cells.level_of(use), words)


def bar(pace: Pace) -> SafeString | str:
    """Return the used share as a bar, with a mark where it should be by now. The words beside it say the same."""
    use = pace.use
    if not use.limit:
        return ""
    mark = ""
    if pace.expected is not None:
        where = _percent(pace.expected, use.limit)
        mark = format_html('<rect class="mark" x="{}%" y="0" width="2" height="10"/>', where)
    return format_html(
        '<svg class="pace use-{}" height="10" aria-hidden="true">'
        '<rect class="track" y="2" width="100%" height="6" rx="3"/>'
        '<rect class="fill" y="2" width="{}%" height="6" rx="3"/>{}</svg>',
        cells.level_of(use),
        _percent(use.spent, use.limit),
        mark,
    )


def left(pace: Pace, currency: str) -> str:
    """Return what is left of the budget, to the last coin."""
    return "" if pace.use.remaining is None else f"{format_amount(pace.use.remaining, currency)} left"


def outlook(pace: Pace, currency: str) -> SafeString:
    """Return what was expected by now, and where it is heading."""
    parts = []
    if pace.expected is not None:
        parts.append(f"expected {cells.estimate(pace.expected, currency)}")
    if pace.projected is not None:
        parts.append(f"ends near {cells.estimate(pace.projected, currency)}")
    return format_html_join(" · ", '<span class="part">{}</span>', ([part] for part in parts))


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    """Return the part in percent, within 0 and 100."""
    return min(max(part * 100 / whole, Decimal(0)), _FULL).quantize(_HUNDREDTH)
