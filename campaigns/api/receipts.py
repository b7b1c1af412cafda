"""What a sender reads after spend: what was written, the new totals, what stopped and by what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field

from campaigns.api.answers import (
    BlockerAnswer,
    ChangeAnswer,
    EntryAnswer,
    Totals,
)
from campaigns.api.texts import MoneyText, money_text
from campaigns.facts import budget_uses, readable_zone
from campaigns.models import Brand, Campaign
from campaigns.services.reported import ReportedReceipt
from campaigns.services.spend import SpendReceipt


@dataclass(slots=True)
class BrandTotals:
    """A brand's totals after a spend."""

    id: int
    name: str
    currency: str
    totals: Totals

    @classmethod
    def after(cls, brand: Brand, now: datetime) -> Self:
        """This will return the totals of the brand, as they are in memory."""
        uses = budget_uses(brand, readable_zone(brand), now)
        return cls(id=brand.pk, name=brand.name, currency=brand.currency, totals=Totals.of(uses))


@dataclass(slots=True)
class CampaignTotals:
    """A campaign's totals and state after a spend."""

    id: int
    name: str
    status: str
    headline: Annotated[BlockerAnswer | None, Field(description="The first thing that holds it; null: it runs.")]
    totals: Totals

    @classmethod
    def after(cls, campaign: Campaign, brand: Brand, now: datetime) -> Self:
        """This will return the totals of the campaign, as they are in memory."""
        headline = campaign.headline
        return cls(
            id=campaign.pk,
            name=campaign.name,
            status=campaign.status.value,
            headline=None if headline is None else BlockerAnswer.of_all([headline])[0],
            totals=Totals.of(budget_uses(campaign, readable_zone(brand), now)),
        )


class Outcome(BaseModel):
    """What followed from a request."""

    stopped: list[ChangeAnswer] = Field(description="Campaigns of the brands that stopped, and by what.")
    started: list[ChangeAnswer]


class ReceiptAnswer(Outcome):
    """What became of one spend, correction or reversal."""

    replayed: bool = Field(description="true: this was recorded before, so nothing was written.")
    was_paused: bool = Field(
        description="true: the campaign was not running when this came in. It counts all the same."
    )
    entry: EntryAnswer
    campaign: CampaignTotals
    brand: BrandTotals

    @classmethod
    def of(cls, receipt: SpendReceipt, now: datetime) -> Self:
        """This will return the receipt as JSON has it."""
        return cls(
            **_outcome([receipt]),
            replayed=receipt.is_replay,
            was_paused=receipt.was_paused,
            entry=EntryAnswer.of(receipt.entry, receipt.campaign, receipt.brand),
            campaign=CampaignTotals.after(receipt.campaign, receipt.brand, now),
            brand=BrandTotals.after(receipt.brand, now),
        )


@dataclass(slots=True)
class RowAnswer:
    """What became of one entry of a batch."""

    row: Annotated[int, Field(description="Its place in the batch, counted from 0.")]
    replayed: bool
    was_paused: bool
    entry: EntryAnswer


class BatchAnswer(Outcome):
    """What became of a batch."""

    recorded: int = Field(description="how many entries were written")
    replayed: int = Field(description="how many were recorded before, or stood in the batch twice")
    rows: list[RowAnswer]
    campaigns: list[CampaignTotals]
    brands: list[BrandTotals]

    @classmethod
    def of(cls, receipts: Sequence[SpendReceipt], now: datetime) -> Self:
        """This will return the receipts as JSON has them."""
        replayed = sum(receipt.is_replay for receipt in receipts)
        by_campaign = {receipt.campaign.pk: receipt for receipt in receipts}
        brands = {receipt.brand.pk: receipt.brand for receipt in receipts}
        return cls(
            **_outcome(receipts),
            recorded=len(receipts) - replayed,
            replayed=replayed,
            rows=[_row(index, receipt) for index, receipt in enumerate(receipts)],
            campaigns=[CampaignTotals.after(one.campaign, one.brand, now) for one in by_campaign.values()],
            brands=[BrandTotals.after(brand, now) for brand in brands.values()],
        )


class ReportedAnswer(Outcome):
    """What became of a reported total."""

    total: MoneyText
    recorded_before: MoneyText = Field(description="What was recorded for this campaign, source and day until now.")
    difference: MoneyText = Field(description="What was added to the ledger; below zero where less is reported now.")
    entry: EntryAnswer | None = Field(description="The entry over the difference; null: there was none.")
    campaign: CampaignTotals
    brand: BrandTotals

    @classmethod
    def of(cls, receipt: ReportedReceipt, now: datetime) -> Self:
        """This will return the receipt as JSON has it."""
        entry = receipt.entry
        return cls(
            **_outcome([receipt]),
            total=money_text(receipt.total),
            recorded_before=money_text(receipt.recorded_before),
            difference=money_text(receipt.difference),
            entry=None if entry is None else EntryAnswer.of(entry, receipt.campaign, receipt.brand),
            campaign=CampaignTotals.after(receipt.campaign, receipt.brand, now),
            brand=BrandTotals.after(receipt.brand, now),
        )


def _row(index: int, receipt: SpendReceipt) -> RowAnswer:
    return RowAnswer(
        row=index,
        replayed=receipt.is_replay,
        was_paused=receipt.was_paused,
        entry=EntryAnswer.of(receipt.entry, receipt.campaign, receipt.brand),
    )


def _outcome(receipts: Iterable[SpendReceipt | ReportedReceipt]) -> dict[str, list[ChangeAnswer]]:
    """Return each start and stop once: all receipts of a brand tell of all of them."""
    by_brand = {receipt.brand.pk: receipt for receipt in receipts}
    changes = [ChangeAnswer.of(change, one.brand) for one in by_brand.values() for change in one.changes]
    return {
        "stopped": [change for change in changes if not change.is_active],
        "started": [change for change in changes if change.is_active],
    }
