"""Foreseeing: what a form would do if it was saved as it is now, in sentences and campaign by campaign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from campaigns.admin import cells
from campaigns.admin.asking import NAMED_ROWS, AskedRow, outcome, summary
from campaigns.admin.campaign_form import CampaignForm
from campaigns.admin.move_sentences import move_sentences
from campaigns.errors import InvalidTimeZone
from campaigns.models import Brand, Campaign
from campaigns.queries.moving import foresee_move
from campaigns.queries.preview import (
    Preview,
    changing_brand,
    changing_campaign,
    preview,
)
from campaigns.rules.dayparting import Window
from campaigns.rules.money import format_amount, format_money
from campaigns.rules.periods import find_zone

_NOTHING = "Nothing is changed yet: what would be saved is what is there."
_FACTS = ("is_enabled", "daily_budget", "monthly_budget", "start_date", "end_date")


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of it.

    :param rows: the campaigns that would start or stop.
    :param more: how many of those are not named.
    """

    sentences: Sequence[str]
    rows: Sequence[AskedRow]
    more: int


def foresee_brand(brand: Brand, changes: Mapping[str, Any], now: datetime) -> Foreseen:
    """Return what would become of the brand's campaigns."""
    if not changes:
        return Foreseen((_NOTHING,), (), 0)
    campaigns = list(Campaign.objects.filter(brand=brand).select_related("brand").with_windows().order_by("name"))
    sentences = list(_budget_sentences(brand, changes, brand.currency))
    if "is_enabled" in changes:
        sentences.append("Switches the brand on." if changes["is_enabled"] else "Switches the brand off.")
    if "time_zone" in changes:
        try:
            zone = find_zone(changes["time_zone"])
        except InvalidTimeZone as refusal:
            return Foreseen((f"It would not be saved. {refusal}",), (), 0)
        move = foresee_move(brand=brand, campaigns=campaigns, zone=zone, now=now)
        sentences += move_sentences(brand, move.brand, zone, now)
        campaigns = list(move.campaigns)
    if "currency" in changes:
        sentences.append(f"Calls its money {changes['currency']}: no amount is converted.")
    if "name" in changes:
        sentences.append(f"Calls it {changes['name']}.")
    foreseen = preview(campaigns=campaigns, change=changing_brand(**_facts_among(changes)), now=now)
    return _of(sentences, foreseen)


def foresee_campaign(form: CampaignForm, campaign: Campaign, changes: Mapping[str, Any], now: datetime) -> Foreseen:
    """Return what would become of the campaign.

    :param changes: what the person changed of its facts and its hours.
    """
    if not changes:
        return Foreseen((_NOTHING,), (), 0)
    facts = _facts_among(changes)
    are_hours_changed = "windows" in changes or "is_schedule_enabled" in changes
    if are_hours_changed:
        facts["windows"] = form.drawn
    loaded = Campaign.objects.select_related("brand").with_windows().get(pk=campaign.pk)
    foreseen = preview(campaigns=[loaded], change=changing_campaign(**facts), now=now)
    sentences = list(_budget_sentences(campaign, changes, campaign.brand.currency))
    if "is_enabled" in changes:
        sentences.append("Switches the campaign on." if changes["is_enabled"] else "Switches the campaign off.")
    sentences += _flight_sentences(changes)
    if are_hours_changed:
        sentences.append(_hours_sentence(form.drawn))
    if "name" in changes:
        sentences.append(f"Calls it {changes['name']}.")
    return _of([*sentences, f"As it is now, it {outcome(foreseen[0])}."], foreseen, is_one=True)


def _facts_among(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of the changes decides whether a campaign runs; its hours are for the caller."""
    return {name: changes[name] for name in _FACTS if name in changes}


def _of(sentences: Sequence[str], foreseen: Sequence[Preview], *, is_one: bool = False) -> Foreseen:
    moved = [one for one in foreseen if one.starts or one.stops]
    rows = [
        AskedRow(one.campaign.name, "", cells.status_badge(one.campaign.status), outcome(one))
        for one in moved[:NAMED_ROWS]
    ]
    if is_one:
        return Foreseen(sentences, (), 0)
    return Foreseen([*sentences, summary(foreseen)], rows, len(moved) - len(rows))


def _budget_sentences(row: Brand | Campaign, changes: Mapping[str, Any], currency: str) -> Iterator[str]:
    for name, what, old in (
        ("daily_budget", "daily budget", row.daily_budget),
        ("monthly_budget", "monthly budget", row.monthly_budget),
    ):
        if name in changes and changes[name] != old:
            yield _budget_sentence(what, old, changes[name], currency)


def _budget_sentence(what: str, old: Decimal | None, new: Decimal | None, currency: str) -> str:
    if new is None:
        return f"Takes the {what} away (it was {format_money(old or Decimal(0), currency)}): no limit any more."
    if old is None:
        return f"Sets the {what} to {format_money(new, currency)}: there was no limit."
    verb = "Raises" if new > old else "Lowers"
    return f"{verb} the {what} from {format_amount(old, currency)} to {format_money(new, currency)}."


def _flight_sentences(changes: Mapping[str, Any]) -> Iterator[str]:
    for name, what in (("start_date", "first day"), ("end_date", "last day")):
        if name in changes:
            day: date | None = changes[name]
            yield f"Its {what} becomes {cells.day(day)}." if day else f"It has no {what} any more."


def _hours_sentence(windows: Sequence[Window] | None) -> str:
    if windows is None:
        return "It may run at any hour."
    return f"It may run {'; '.join(map(str, windows))}." if windows else "It may never run: it has no window."
