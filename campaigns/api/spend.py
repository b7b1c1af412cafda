"""Spend: entries come in one by one or by the thousand, are corrected, reversed and listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from ninja import Query, Router, Status
from pydantic import BaseModel, Field, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from campaigns.api.answers import EntryAnswer, PageAnswer
from campaigns.api.fields import Amount, CampaignRef, Day, Facts, Moment
from campaigns.api.filters import BrandNumber, CampaignNumber, Cursor, Limit, check_filters, cut_of
from campaigns.api.keys import READ, RECORD, DeskRequest
from campaigns.api.receipts import BatchAnswer, ReceiptAnswer
from campaigns.api.refusals import REFUSALS, refusal_of
from campaigns.errors import NotFound, Refusal
from campaigns.queries.listing import list_entries
from campaigns.queries.reach import CampaignName, Reach
from campaigns.services import NewSpend, record_spend, record_spends

SOURCE = "api"
LARGEST_BATCH = 1000

router = Router(tags=["spend"])


class SpendFacts(Facts):
    """A spend of a campaign."""

    campaign: CampaignRef = Field(description="Its number, or its brand and external id.")
    amount: Amount = Field(description="In the brand's currency, at most 6 decimals. Negative: a credit.")
    occurred_at: Moment = Field(default=None, description="With offset. Left out: now.")
    reference: str = Field(default="", description="Your own name for it: sent again, it counts once.")
    description: str = ""
    source: str = Field(default=SOURCE, description="Where it comes from: a platform, a program.")


class Row:
    """One entry of a batch as it came: read, or refused. A bad row does not keep the others from being looked at."""

    def __init__(self, read: SpendFacts | Refusal) -> None:
        self.read = read

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """This will return the schema of a spend, with a validator around it that keeps the refusal."""
        return core_schema.no_info_wrap_validator_function(cls._keep, handler.generate_schema(SpendFacts))

    @classmethod
    def _keep(cls, value: object, read: core_schema.ValidatorFunctionWrapHandler) -> Row:
        try:
            return cls(read(value))
        except ValidationError as wrong:
            return cls(refusal_of([{**error} for error in wrong.errors(include_url=False)]))


class BatchFacts(Facts):
    """Spends of any campaigns: all are recorded, or none."""

    entries: list[Row] = Field(min_length=1, max_length=LARGEST_BATCH)


class EntryFilters(BaseModel):
    """Which entries are listed."""

    brand: BrandNumber = None
    campaign: CampaignNumber = None
    first_day: Annotated[Day | None, Field(description="Local to the brand, inclusive.")] = None
    last_day: Annotated[Day | None, Field(description="Local to the brand, inclusive.")] = None
    cursor: Cursor = None
    limit: Limit = 100


@router.get("", auth=READ, response={200: PageAnswer[EntryAnswer], **REFUSALS}, summary="List entries")
def list_spend(request: DeskRequest, filters: Query[EntryFilters]) -> PageAnswer[EntryAnswer]:
    """The newest first. Corrections are entries too."""
    check_filters(request, EntryFilters)
    page = list_entries(
        reach=request.auth.reach,
        cut=cut_of(filters.cursor, filters.limit),
        brand_id=filters.brand,
        campaign_id=filters.campaign,
        first_day=filters.first_day,
        last_day=filters.last_day,
    )
    items = [EntryAnswer.of(entry, entry.campaign, entry.campaign.brand) for entry in page.items]
    return PageAnswer[EntryAnswer](items=items, next_cursor=page.cursor)


@router.post("", auth=RECORD, response={200: ReceiptAnswer, 201: ReceiptAnswer, **REFUSALS}, summary="Record one spend")
def record_one(request: DeskRequest, facts: SpendFacts) -> Status[ReceiptAnswer]:
    """201: recorded. 200: this reference was recorded before, with these facts. 409: with other facts."""
    call = request.auth
    spend = _new_spends(call.reach, [facts])[0]
    if isinstance(spend, Refusal):
        raise spend
    receipt = record_spend(
        campaign_id=spend.campaign_id,
        amount=spend.amount,
        occurred_at=spend.occurred_at,
        reference=spend.reference,
        description=spend.description,
        source=spend.source,
        now=call.now,
        actor=call.actor,
        within=call.reach.brand_ids,
    )
    return Status(200 if receipt.is_replay else 201, ReceiptAnswer.of(receipt, call.now))


@router.post(
    "/batch", auth=RECORD, response={200: BatchAnswer, 201: BatchAnswer, **REFUSALS}, summary="Record many spends"
)
def record_many(request: DeskRequest, facts: BatchFacts) -> Status[BatchAnswer]:
    """All or none. 201: something was recorded. 200: all of it was recorded before. 422: `rows` names every bad row."""
    call = request.auth
    spends = _new_spends(call.reach, [row.read for row in facts.entries])
    receipts = record_spends(spends=spends, now=call.now, actor=call.actor, within=call.reach.brand_ids)
    answer = BatchAnswer.of(receipts, call.now)
    return Status(201 if answer.recorded else 200, answer)


def _new_spends(reach: Reach, rows: Sequence[SpendFacts | Refusal]) -> list[NewSpend | Refusal]:
    """Find the campaigns that are named; whether those with a number exist within reach is found out by recording."""
    names = {row.campaign for row in rows if isinstance(row, SpendFacts) and isinstance(row.campaign, CampaignName)}
    named = reach.of_names(names)
    return [row if isinstance(row, Refusal) else _new_spend(row, named) for row in rows]


def _new_spend(facts: SpendFacts, named: Mapping[CampaignName, int | NotFound]) -> NewSpend | NotFound:
    campaign = named[facts.campaign] if isinstance(facts.campaign, CampaignName) else facts.campaign
    if isinstance(campaign, NotFound):
        return campaign
    return NewSpend(
        campaign_id=campaign,
        amount=facts.amount,
        occurred_at=facts.occurred_at,
        reference=facts.reference,
        description=facts.description,
        source=facts.source,
    )
