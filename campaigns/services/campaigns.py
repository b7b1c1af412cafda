"""Campaigns: made, changed, switched on and off. Every change of a fact is followed by its verdict, at once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Unpack

from django.db import IntegrityError

from campaigns.errors import InvalidFlight, NameTaken, StillHasSpend
from campaigns.models import Act, Brand, Campaign, Cause, SpendLog
from campaigns.rules.periods import check_flight_day, current_periods
from campaigns.rules.texts import parse_name
from campaigns.services import audit, periods, schedules
from campaigns.services.budgets import BudgetFacts, cause_of, put_budgets
from campaigns.services.database import writing
from campaigns.services.locks import lock_brand, lock_brand_of_campaign
from campaigns.services.schedules import ScheduleFacts


class CampaignFacts(BudgetFacts, ScheduleFacts, total=False):
    """What a person decides about a campaign; what is left out stays as it is.

    Dates are the flight's first and last day, both inclusive, local to the brand.
    """

    name: str
    external_id: str
    is_enabled: bool
    start_date: date | None
    end_date: date | None


def create_campaign(*, brand_id: int, now: datetime, actor: str = "", **facts: Unpack[CampaignFacts]) -> Campaign:
    """Create a campaign, and start it at once if nothing holds it.

    :raises Refusal: NotFound, InvalidText, InvalidAmount, InvalidMoment (a year no flight is in), InvalidFlight or
        NameTaken; nothing is written.
    """
    with writing():
        brand = lock_brand(brand_id)
        campaign = Campaign(brand=brand, name=parse_name(facts.get("name", "")))
        today = current_periods(now, brand.zone)
        campaign.daily_since, campaign.monthly_since = today.day.start, today.month.start
        _set(campaign, facts)
        _save(campaign, None)
        campaign = _finish(brand, campaign, facts, now=now, cause=Cause.PERSON, actor=actor)
        after = audit.facts_now(campaign, list(facts))
        audit.note(row=campaign, act=Act.CREATED, after=after, now=now, actor=actor)
    return campaign


def change_campaign(*, campaign_id: int, now: datetime, actor: str = "", **changes: Unpack[CampaignFacts]) -> Campaign:
    """Change what is given, and nothing else; then start or stop the campaign, in the same transaction.

    :raises Refusal: NotFound, InvalidText, InvalidAmount, InvalidMoment (a year no flight is in), InvalidFlight or
        NameTaken; nothing is written.
    """
    with writing():
        brand, campaign = lock_brand_of_campaign(campaign_id)
        before = audit.facts_now(campaign, list(changes))
        _set(campaign, changes)
        columns = [name for name in changes if name not in ScheduleFacts.__annotations__]
        if "is_enabled" in changes and not campaign.is_enabled:
            # The row may not be running once its switch is off: one statement writes both, the verdict the rest.
            campaign.is_active, was_active = False, campaign.is_active
            _save(campaign, [*columns, "is_active"])
            campaign.is_active = was_active
        elif columns:
            _save(campaign, columns)
        campaign = _finish(brand, campaign, changes, now=now, cause=cause_of(changes), actor=actor)
        after = audit.facts_now(campaign, list(changes))
        audit.note(row=campaign, act=Act.CHANGED, before=before, after=after, now=now, actor=actor)
    return campaign


def delete_campaign(*, campaign_id: int) -> None:
    """Delete a campaign that never spent.

    :raises StillHasSpend: if it did; switch it off instead.
    :raises NotFound: if there is no such campaign.
    """
    with writing():
        _, campaign = lock_brand_of_campaign(campaign_id)
        if SpendLog.objects.filter(campaign=campaign).exists():
            raise StillHasSpend(f"{campaign} has spend in the ledger, so it cannot be deleted: switch it off instead.")
        campaign.delete()


def _set(campaign: Campaign, facts: CampaignFacts) -> None:
    put_budgets(campaign, facts)
    if "name" in facts:
        campaign.name = parse_name(facts["name"])
    if "external_id" in facts:
        campaign.external_id = parse_name(facts["external_id"], field="external_id") if facts["external_id"] else ""
    if "is_enabled" in facts:
        campaign.is_enabled = facts["is_enabled"]
    if "start_date" in facts:
        campaign.start_date = check_flight_day(facts["start_date"], field="start_date")
    if "end_date" in facts:
        campaign.end_date = check_flight_day(facts["end_date"], field="end_date")
    if campaign.start_date and campaign.end_date and campaign.end_date < campaign.start_date:
        raise InvalidFlight(f"The flight ends on {campaign.end_date}, before it starts on {campaign.start_date}.")


def _finish(
    brand: Brand, campaign: Campaign, facts: CampaignFacts, *, now: datetime, cause: Cause, actor: str
) -> Campaign:
    """Store the schedule, as far as it was given, and decide."""
    hours: ScheduleFacts = {}
    if "windows" in facts:
        hours["windows"] = facts["windows"]
    if "is_schedule_enabled" in facts:
        hours["is_schedule_enabled"] = facts["is_schedule_enabled"]
    if hours:
        was_active = campaign.is_active
        campaign = schedules.store_schedule(campaign=campaign, changes=hours)
        # Read anew, it is off if its switch just went off: the history still has to hear of a stop.
        campaign.is_active = was_active
    periods.settle(brand=brand, campaigns=[campaign], now=now, cause=cause, actor=actor)
    return campaign


def _save(campaign: Campaign, update_fields: list[str] | None) -> None:
    try:
        with writing():
            campaign.save(update_fields=update_fields)
    except IntegrityError as conflict:
        others = Campaign.objects.filter(brand_id=campaign.brand_id).exclude(pk=campaign.pk)
        if others.filter(name=campaign.name).exists():
            raise NameTaken(f"The brand has another campaign called {campaign.name!r}.") from conflict
        if campaign.external_id and others.filter(external_id=campaign.external_id).exists():
            sentence = f"The brand has another campaign with the external id {campaign.external_id!r}."
            raise NameTaken(sentence, field="external_id") from conflict
        raise
