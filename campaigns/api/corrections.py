"""What changes entries that are there: corrections, reversals and the day totals that platforms restate."""

from __future__ import annotations

from ninja import Path, Router, Status
from pydantic import Field

from campaigns.api.fields import Amount, Day, Facts, Total
from campaigns.api.keys import RECORD, DeskRequest
from campaigns.api.receipts import ReceiptAnswer, ReportedAnswer
from campaigns.api.refusals import REFUSALS
from campaigns.services import correct_spend, record_reported_total, reverse_spend

router = Router(tags=["spend"])


class TotalFacts(Facts):
    """What a platform says that was spent so far."""

    total: Total = Field(description="Zero or more, at most 6 decimals.")


class CorrectionFacts(Facts):
    """What an entry should have counted for."""

    amount: Amount = Field(description="What it shall count for from now on, with the sign of the entry; 0: nothing.")
    description: str = ""


class ReversalFacts(Facts):
    """Why an entry is taken back."""

    description: str = ""


@router.put(
    "/reported/{int:campaign}/{source}/{day}",
    auth=RECORD,
    response={200: ReportedAnswer, **REFUSALS},
    summary="Report a day's total",
)
def report_total(request: DeskRequest, campaign: int, source: str, day: Path[Day], facts: TotalFacts) -> ReportedAnswer:
    """The platform's total so far for that local day. The difference is recorded; the same total again adds nothing."""
    call = request.auth
    receipt = record_reported_total(
        campaign_id=call.reach.of_campaign(campaign),
        source=source,
        day=day,
        total=facts.total,
        now=call.now,
        actor=call.actor,
    )
    return ReportedAnswer.of(receipt, call.now)


@router.post(
    "/{int:entry}/corrections",
    auth=RECORD,
    response={200: ReceiptAnswer, 201: ReceiptAnswer, **REFUSALS},
    summary="Correct an entry",
)
def correct(request: DeskRequest, entry: int, facts: CorrectionFacts) -> Status[ReceiptAnswer]:
    """201: an entry over the difference was written, in the period of the first. 200: it counts for that already."""
    call = request.auth
    receipt = correct_spend(
        entry_id=call.reach.of_entry(entry),
        new_amount=facts.amount,
        description=facts.description,
        now=call.now,
        actor=call.actor,
    )
    return Status(200 if receipt.is_replay else 201, ReceiptAnswer.of(receipt, call.now))


@router.post(
    "/{int:entry}/reversal", auth=RECORD, response={201: ReceiptAnswer, **REFUSALS}, summary="Reverse an entry"
)
def reverse(request: DeskRequest, entry: int, facts: ReversalFacts | None = None) -> Status[ReceiptAnswer]:
    """An entry that takes back what the first still counts for, in its period. 409: nothing of it is left."""
    call = request.auth
    receipt = reverse_spend(
        entry_id=call.reach.of_entry(entry),
        description=facts.description if facts else "",
        now=call.now,
        actor=call.actor,
    )
    return Status(201, ReceiptAnswer.of(receipt, call.now))
