"""What answers are made of: brands, campaigns, entries and changes as JSON has them.

A whole answer is a pydantic model. Its parts are plain dataclasses: an answer to a batch has thousands of them, nothing
from outside is in them that would have to be checked, and a model, or a frozen one, takes ten times as long to make.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, Field

from campaigns.api.texts import DayText, MomentText, MoneyText, day_or_none, moment_text, money_or_none, money_text
from campaigns.models import Brand, Campaign, SpendLog, StatusChange
from campaigns.queries import Explanation
from campaigns.queries.listing import BrandView, CampaignView
from campaigns.rules.budgets import BudgetUse, BudgetUses
from campaigns.rules.dayparting import Window
from campaigns.rules.delivery import Blocker, NextChange

_Item = TypeVar("_Item")


@dataclass(slots=True)
class UseAnswer:
    """The use of one budget in the current day or month."""

    spent: MoneyText
    limit: Annotated[MoneyText | None, Field(description="null: no limit")]
    remaining: MoneyText | None
    used_percent: str | None

    @classmethod
    def of(cls, use: BudgetUse) -> Self:
        """This will return the use as JSON has it."""
        percent = use.used_percent
        return cls(
            spent=money_text(use.spent),
            limit=money_or_none(use.limit),
            remaining=money_or_none(use.remaining),
            used_percent=None if percent is None else f"{percent:f}",
        )


@dataclass(slots=True)
class Totals:
    """What was spent today and this month, in the brand's zone."""

    today: UseAnswer
    this_month: UseAnswer

    @classmethod
    def of(cls, uses: BudgetUses) -> Self:
        """This will return the uses as JSON has them."""
        return cls(today=UseAnswer.of(uses.day), this_month=UseAnswer.of(uses.month))


@dataclass(slots=True)
class BlockerAnswer:
    """Something that holds a campaign."""

    code: str
    text: str

    @classmethod
    def of_all(cls, blockers: Iterable[Blocker]) -> list[Self]:
        """This will return the blockers as JSON has them, the first one first."""
        return [cls(code=blocker.value, text=blocker.label) for blocker in blockers]


@dataclass(slots=True)
class BrandRef:
    """A brand's number and name."""

    id: int
    name: str

    @classmethod
    def of(cls, brand: Brand) -> Self:
        """This will name the brand."""
        return cls(id=brand.pk, name=brand.name)


@dataclass(slots=True)
class CampaignRefAnswer:
    """A campaign's number, name and brand."""

    id: int
    name: str
    external_id: str
    brand: BrandRef

    @classmethod
    def of(cls, campaign: Campaign, brand: Brand | None = None) -> Self:
        """This will name the campaign.

        :param brand: its brand, where that is at hand and not loaded with the campaign.
        """
        return cls(
            id=campaign.pk,
            name=campaign.name,
            external_id=campaign.external_id,
            brand=BrandRef.of(brand or campaign.brand),
        )


@dataclass(slots=True)
class WindowAnswer:
    """Hours in which a campaign may run: wall clock of the brand's zone, [start, end)."""

    weekdays: list[str]
    start: str
    end: Annotated[str, Field(description="Not after the start: on the next day.")]

    @classmethod
    def of(cls, window: Window) -> Self:
        """This will return the window as JSON has it."""
        weekdays = [day.name.lower() for day in sorted(window.weekdays)]
        return cls(weekdays=weekdays, start=_clock_text(window.start), end=_clock_text(window.end))


def _clock_text(clock: time) -> str:
    return clock.isoformat("minutes" if not clock.second else "seconds")


@dataclass(slots=True)
class NextChangeAnswer:
    """The next moment at which time alone may change the state, and the rule that may change it."""

    at: MomentText
    blocker: BlockerAnswer

    @classmethod
    def of(cls, change: NextChange | None) -> Self | None:
        """This will return the change as JSON has it."""
        if change is None:
            return None
        return cls(at=moment_text(change.at), blocker=BlockerAnswer.of_all([change.blocker])[0])


class BrandAnswer(BaseModel):
    """A brand with its budgets and what was spent of them."""

    id: int
    name: str
    currency: str
    time_zone: str
    is_enabled: bool
    running: int = Field(description="how many of its campaigns run")
    campaigns: int = Field(description="how many it has")
    totals: Totals

    @classmethod
    def of_view(cls, view: BrandView) -> Self:
        """This will return the brand as JSON has it."""
        brand = view.brand
        return cls(
            id=brand.pk,
            name=brand.name,
            currency=brand.currency,
            time_zone=brand.time_zone,
            is_enabled=brand.is_enabled,
            running=view.running,
            campaigns=view.total,
            totals=Totals.of(view.uses),
        )


class CampaignAnswer(BaseModel):
    """A campaign: its state, what holds it, what changes next, its budgets and its windows."""

    id: int
    name: str
    external_id: str
    brand: BrandRef
    status: str = Field(description="active, paused (switched on, held by a rule) or inactive (switched off)")
    is_enabled: bool
    blockers: list[BlockerAnswer] = Field(description="Everything that holds it, the first one first.")
    next_change: NextChangeAnswer | None
    totals: Totals
    start_date: DayText | None
    end_date: DayText | None
    windows: list[WindowAnswer] | None = Field(description="null: any hour. []: never.")

    @classmethod
    def of_view(cls, view: CampaignView) -> Self:
        """This will return the campaign as JSON has it."""
        campaign, windows = view.campaign, view.windows
        return cls(
            id=campaign.pk,
            name=campaign.name,
            external_id=campaign.external_id,
            brand=BrandRef.of(campaign.brand),
            status=campaign.status.value,
            is_enabled=campaign.is_enabled,
            blockers=BlockerAnswer.of_all(view.verdict.blockers),
            next_change=NextChangeAnswer.of(view.verdict.next_change),
            totals=Totals.of(view.uses),
            start_date=day_or_none(campaign.start_date),
            end_date=day_or_none(campaign.end_date),
            windows=None if windows is None else [WindowAnswer.of(window) for window in windows],
        )


class ExplanationAnswer(BaseModel):
    """Why a campaign runs or not, in sentences."""

    brand: str
    campaign: str
    status: str
    is_running: bool
    headline: str
    holds: list[str]
    budgets: list[str]
    next_change: str | None
    next_change_at: MomentText | None
    is_settled: bool = Field(description="false: the stored state is brought in line by the next pass")

    @classmethod
    def of(cls, explanation: Explanation) -> Self:
        """This will return the explanation as JSON has it."""
        at = explanation.next_change_at
        return cls(
            brand=explanation.brand,
            campaign=explanation.campaign,
            status=explanation.status.value,
            is_running=explanation.is_running,
            headline=explanation.headline,
            holds=list(explanation.holds),
            budgets=list(explanation.budgets),
            next_change=explanation.next_change,
            next_change_at=None if at is None else moment_text(at),
            is_settled=explanation.is_settled,
        )


@dataclass(slots=True)
class EntryAnswer:
    """An entry of the ledger."""

    id: int
    campaign: CampaignRefAnswer
    amount: Annotated[MoneyText, Field(description="Signed. Negative: a credit, or a correction downwards.")]
    currency: str
    occurred_at: MomentText
    recorded_at: MomentText
    local_day: Annotated[DayText, Field(description="The day on which it counts, in the brand's zone.")]
    reference: str
    description: str
    source: str
    corrects: Annotated[int | None, Field(description="The entry that this one corrects.")]

    @classmethod
    def of(cls, entry: SpendLog, campaign: Campaign, brand: Brand) -> Self:
        """This will return the entry as JSON has it."""
        return cls(
            id=entry.pk,
            campaign=CampaignRefAnswer.of(campaign, brand),
            amount=money_text(entry.amount),
            currency=brand.currency,
            occurred_at=moment_text(entry.occurred_at),
            recorded_at=moment_text(entry.recorded_at),
            local_day=entry.local_day.isoformat(),
            reference=entry.reference,
            description=entry.description,
            source=entry.source,
            corrects=entry.corrects_id,
        )


@dataclass(slots=True)
class ChangeAnswer:
    """A campaign started or stopped."""

    id: int
    campaign: CampaignRefAnswer
    changed_at: MomentText
    is_active: bool
    blockers: Annotated[
        list[BlockerAnswer], Field(description="Everything that holds it from then on, the first one first.")
    ]
    cause: str
    actor: str
    spent: Annotated[MoneyText | None, Field(description="Of the budget that decided, at that moment.")]
    limit: MoneyText | None

    @classmethod
    def of(cls, change: StatusChange, brand: Brand) -> Self:
        """This will return the change as JSON has it."""
        return cls(
            id=change.pk,
            campaign=CampaignRefAnswer.of(change.campaign, brand),
            changed_at=moment_text(change.changed_at),
            is_active=change.is_active,
            # As the history has them: an old row may name one that only a newer version knew.
            blockers=[
                BlockerAnswer(code=code, text=text) for code, text in zip(change.blockers, change.reasons, strict=True)
            ],
            cause=change.cause,
            actor=change.actor,
            spent=money_or_none(change.spent),
            limit=money_or_none(change.limit),
        )


class PageAnswer(BaseModel, Generic[_Item]):
    """Some of the items."""

    items: list[_Item]
    next_cursor: int | None = Field(description="The `cursor` of the next page; null: this was the last one.")
