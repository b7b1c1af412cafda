"""What a step asks for, said twice: to the oracle, and to the desk's services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from campaigns.rules.dayparting import Weekday, Window
from campaigns.rules.periods import PeriodKind
from campaigns.services import (
    NewSpend,
    change_brand,
    change_campaign,
    correct_spend,
    rebuild_totals,
    record_reported_total,
    record_spend,
    record_spends,
    reverse_spend,
    set_windows,
)
from campaigns.services.budgets import BudgetFacts
from campaigns.services.campaigns import CampaignFacts
from campaigns.services.resets import reset_brands, reset_campaign
from tests.proof.oracle import DAY, ONE_DAY, Campaign, Oracle, Spend, day_of
from tests.proof.steps import SCHEDULES, Step, flight_of, moment_of


@dataclass(frozen=True, slots=True)
class Action:
    """Both sides of a step. The desk returns how many entries it wrote; both raise what they refuse."""

    truth: Callable[[], object]
    desk: Callable[[], int]


@dataclass(slots=True)
class Form:
    """A campaign's form as somebody loaded it, perhaps long ago."""

    campaign: int
    is_enabled: bool
    limits: dict[str, Decimal | None]


@dataclass(slots=True)
class Actions:
    """Turns steps into actions. Brands, campaigns and entries go by their numbers; the lists hold the desk's keys."""

    oracle: Oracle
    brands: list[int] = field(default_factory=list)
    campaigns: list[int] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    form: Form | None = None

    def of(self, step: Step, now: datetime) -> Action | None:
        """This will return the step's action, or None where there is nothing yet that it could be about."""
        makers: dict[str, Callable[[Step, datetime], Action | None]] = {
            "spend": self._spend,
            "batch": self._batch,
            "replay": self._replay,
            "correct": self._correct,
            "reverse": self._reverse,
            "report": self._report,
            "brand_limit": self._brand_limit,
            "campaign_limit": self._campaign_limit,
            "zone": self._zone,
            "brand_switch": self._brand_switch,
            "campaign_switch": self._campaign_switch,
            "flight": self._flight,
            "windows": self._windows,
            "load_form": self._load_form,
            "save_form": self._save_form,
            "brand_reset": self._brand_reset,
            "campaign_reset": self._campaign_reset,
            "rebuild": self._rebuild,
        }
        return makers[step.do](step, now)

    # Spend --------------------------------------------------------------------------------------------------------

    def _spend(self, step: Step, now: datetime) -> Action:
        return self._record(self._spend_of(step, step.who, now), now)

    def _record(self, spend: Spend, now: datetime) -> Action:
        def desk() -> int:
            receipt = record_spend(
                campaign_id=self.campaigns[spend.campaign],
                amount=spend.amount,
                occurred_at=spend.at,
                reference=spend.reference,
                now=now,
            )
            return int(not receipt.is_replay)

        return Action(lambda: self.oracle.record([spend], now), desk)

    def _batch(self, step: Step, now: datetime) -> Action:
        """A batch crosswise over the brands, with one reference in it twice."""
        numbers = [step.who + 2, step.who, step.who + 1, step.who]
        spends = [self._spend_of(step, number, now) for number in numbers]

        def desk() -> int:
            sent = [
                NewSpend(self.campaigns[spend.campaign], spend.amount, spend.at, spend.reference) for spend in spends
            ]
            receipts = record_spends(spends=sent, now=now)
            return len({receipt.entry.pk for receipt in receipts if not receipt.is_replay})

        return Action(lambda: self.oracle.record(spends, now), desk)

    def _spend_of(self, step: Step, who: int, now: datetime) -> Spend:
        number = who % len(self.oracle.campaigns)
        at = moment_of(step.when, now + timedelta(seconds=step.age), number, self.oracle)
        return Spend(number, Decimal(step.amount), at, step.reference)

    def _replay(self, step: Step, now: datetime) -> Action | None:
        """An earlier spend, sent once more: with the same facts, or with others."""
        known = [entry for entry in reversed(self.oracle.ledger) if entry.reference]
        if not known:
            return None
        first = known[step.who % len(known)]
        at = first.at if step.when == "same" else moment_of(step.when, now, first.campaign, self.oracle)
        return self._record(Spend(first.campaign, Decimal(step.amount or first.amount), at, first.reference), now)

    def _correct(self, step: Step, now: datetime) -> Action | None:
        number, key = self._entry(step.who)

        def desk() -> int:
            return int(not correct_spend(entry_id=key(), new_amount=step.amount, now=now).is_replay)

        return Action(lambda: self.oracle.correct(number, Decimal(step.amount)), desk) if self.oracle.ledger else None

    def _reverse(self, step: Step, now: datetime) -> Action | None:
        number, key = self._entry(step.who)

        def desk() -> int:
            return int(not reverse_spend(entry_id=key(), now=now).is_replay)

        return Action(lambda: self.oracle.reverse(number), desk) if self.oracle.ledger else None

    def _entry(self, who: int) -> tuple[int, Callable[[], int]]:
        """The newest entries are the interesting ones."""
        number = max(0, len(self.oracle.ledger) - 1 - who)
        return number, lambda: self.entries[number]

    def _report(self, step: Step, now: datetime) -> Action:
        number = step.who % len(self.oracle.campaigns)
        campaign = self.oracle.campaigns[number]
        day = day_of(now, self.oracle.zone_of(campaign)) + int(step.when) * ONE_DAY

        def desk() -> int:
            receipt = record_reported_total(
                campaign_id=self.campaigns[number], source=step.reference, day=day, total=step.amount, now=now
            )
            return int(receipt.entry is not None)

        return Action(lambda: self.oracle.report(number, step.reference, day, Decimal(step.amount), now), desk)

    # People -------------------------------------------------------------------------------------------------------

    def _brand_limit(self, step: Step, now: datetime) -> Action:
        number = step.who % len(self.brands_known)
        limit = _limit(step.amount)
        facts = _budget(step.value, limit)
        return Action(
            lambda: self.oracle.brands[number].limits.update({step.value: limit}),
            lambda: _done(change_brand(brand_id=self.brands[number], now=now, **facts)),
        )

    def _campaign_limit(self, step: Step, now: datetime) -> Action:
        number, campaign = self._campaign(step)
        limit = _limit(step.amount)
        facts = _budget(step.value, limit)
        return Action(
            lambda: campaign.limits.update({step.value: limit}),
            lambda: _done(change_campaign(campaign_id=self.campaigns[number], now=now, **facts)),
        )

    def _zone(self, step: Step, now: datetime) -> Action:
        number = step.who % len(self.brands_known)
        return Action(
            lambda: self.oracle.move(self.oracle.brands[number], step.value, now),
            lambda: _done(change_brand(brand_id=self.brands[number], now=now, time_zone=step.value)),
        )

    def _brand_switch(self, step: Step, now: datetime) -> Action:
        number, is_enabled = step.who % len(self.brands_known), step.value == "on"
        return Action(
            lambda: setattr(self.oracle.brands[number], "is_enabled", is_enabled),
            lambda: _done(change_brand(brand_id=self.brands[number], now=now, is_enabled=is_enabled)),
        )

    def _campaign_switch(self, step: Step, now: datetime) -> Action:
        return self._change(step, {"is_enabled": step.value == "on"}, now)

    def _flight(self, step: Step, now: datetime) -> Action:
        _, campaign = self._campaign(step)
        first, last = flight_of(step.value, day_of(now, self.oracle.zone_of(campaign)))
        return self._change(step, {"start_date": first, "end_date": last}, now)

    def _load_form(self, step: Step, now: datetime) -> Action:
        number, campaign = self._campaign(step)

        def load() -> None:
            self.form = Form(number, campaign.is_enabled, dict(campaign.limits))

        return Action(load, lambda: 0)

    def _save_form(self, step: Step, now: datetime) -> Action | None:
        """Somebody changes one field of a form that is as old as it is: what they did not touch is not sent."""
        form = self.form
        if form is None:
            return None
        facts: CampaignFacts = {}
        if step.value == "switch":
            facts["is_enabled"] = not form.is_enabled
        elif _limit(step.amount) != form.limits[step.value]:
            facts["daily_budget" if step.value == DAY else "monthly_budget"] = _limit(step.amount)
        return self._change(Step("", form.campaign), facts, now)

    def _change(self, step: Step, facts: CampaignFacts, now: datetime) -> Action:
        number, campaign = self._campaign(step)

        def truth() -> None:
            campaign.is_enabled = facts.get("is_enabled", campaign.is_enabled)
            if "start_date" in facts and "end_date" in facts:
                campaign.first_day, campaign.last_day = facts["start_date"], facts["end_date"]
            if "daily_budget" in facts or "monthly_budget" in facts:
                limit = facts.get("daily_budget", facts.get("monthly_budget"))
                kind = DAY if "daily_budget" in facts else "month"
                campaign.limits[kind] = None if limit is None else Decimal(limit)

        return Action(truth, lambda: _done(change_campaign(campaign_id=self.campaigns[number], now=now, **facts)))

    def _windows(self, step: Step, now: datetime) -> Action:
        number, campaign = self._campaign(step)
        schedule = SCHEDULES[step.value]
        windows = None
        if schedule is not None:
            windows = [Window(frozenset(map(Weekday, weekdays)), start, end) for weekdays, start, end in schedule]
        return Action(
            lambda: setattr(campaign, "windows", schedule),
            lambda: _done(set_windows(campaign_id=self.campaigns[number], windows=windows, now=now)),
        )

    # Resets by hand -----------------------------------------------------------------------------------------------

    def _brand_reset(self, step: Step, now: datetime) -> Action:
        number = step.who % len(self.brands_known)
        brand, kinds = self.oracle.brands[number], [PeriodKind(step.value)]
        return Action(
            lambda: self.oracle.reset(brand, self.oracle.rows_of(brand), [step.value], now),
            lambda: _done(reset_brands(brand_ids=[self.brands[number]], kinds=kinds, now=now)),
        )

    def _campaign_reset(self, step: Step, now: datetime) -> Action:
        number, campaign = self._campaign(step)
        brand, kinds = self.oracle.brands[campaign.brand], [PeriodKind(step.value)]
        return Action(
            lambda: self.oracle.reset(brand, [campaign], [step.value], now),
            lambda: _done(reset_campaign(campaign_id=self.campaigns[number], kinds=kinds, now=now)),
        )

    def _rebuild(self, step: Step, now: datetime) -> Action:
        """Counters are right, so there is nothing to repair."""
        number = step.who % len(self.brands_known)

        def desk() -> int:
            return len(rebuild_totals(brand_id=self.brands[number], now=now).repaired)

        return Action(lambda: None, desk)

    @property
    def brands_known(self) -> Sequence[int]:
        """The numbers of the brands."""
        return sorted(self.oracle.brands)

    def _campaign(self, step: Step) -> tuple[int, Campaign]:
        number = step.who % len(self.oracle.campaigns)
        return number, self.oracle.campaigns[number]


def _limit(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _budget(kind: str, limit: Decimal | None) -> BudgetFacts:
    return {"daily_budget": limit} if kind == DAY else {"monthly_budget": limit}


def _done(_: object) -> int:
    """Nothing was written to the ledger."""
    return 0
