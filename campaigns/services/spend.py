"""Spend comes in here: one entry or a thousand, once each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from campaigns.errors import InvalidTimeZone, ManyRefusals, ReferenceConflict, Refusal
from campaigns.models import Brand, Campaign, SpendLog, StatusChange
from campaigns.rules.delivery import Blocker
from campaigns.rules.money import format_money, parse_amount
from campaigns.rules.periods import check_moment, local_day
from campaigns.rules.texts import parse_description, parse_reference, parse_source
from campaigns.services import months
from campaigns.services.database import writing
from campaigns.services.driver import make_model
from campaigns.services.locks import lock_brands_of_campaigns, no_campaign
from campaigns.services.periods import after_resets
from campaigns.services.posting import Posting, post_all, prepare
from campaigns.services.scans import entries_with_references
from campaigns.services.statements import ReferenceTaken


@dataclass(frozen=True, slots=True)
class NewSpend:
    """A spend as a door hands it in, not yet checked.

    :param amount: units of the brand's currency, signed (negative: a credit), at most 6 decimals; never a float.
    :param occurred_at: with an offset; None: now.
    :param reference: the sender's own name for it, unique per campaign; with one, sending twice counts once.
    :param source: where it comes from: a platform, a door.
    :param import_id: the import that brings it, if one does.
    """

    campaign_id: int
    amount: str | int | Decimal
    occurred_at: datetime | None = None
    reference: str = ""
    description: str = ""
    source: str = ""
    import_id: int | None = None


@dataclass(frozen=True, slots=True)
class SpendReceipt:
    """What became of one spend.

    :param entry: the entry in the ledger; of a replay, the first one.
    :param is_replay: True if this reference with these facts was recorded before; nothing was written.
    :param campaign: the campaign after the whole batch: counters and state.
    :param brand: its brand after the whole batch.
    :param changes: starts and stops in the brand that the batch caused.
    :param was_paused: True if the campaign was not running when the spend came in.
    """

    entry: SpendLog
    is_replay: bool
    campaign: Campaign
    brand: Brand
    changes: tuple[StatusChange, ...]
    was_paused: bool

    @property
    def stopped(self) -> tuple[StatusChange, ...]:
        """The campaigns that stopped."""
        return tuple(change for change in self.changes if not change.is_active)

    @property
    def headline(self) -> Blocker | None:
        """What holds the campaign after the spend, or None if it runs."""
        return self.campaign.headline


def record_spend(
    *,
    campaign_id: int,
    amount: str | int | Decimal,
    now: datetime,
    occurred_at: datetime | None = None,
    reference: str = "",
    description: str = "",
    source: str = "",
    actor: str = "",
    within: Collection[int] | None = None,
) -> SpendReceipt:
    """Record one spend: into the ledger, the counters and, where it crosses a budget, the campaigns' states.

    See `NewSpend` and `record_spends` for the parameters.

    :raises Refusal: InvalidAmount, InvalidMoment, InvalidText, NotFound, ReferenceConflict, InvalidTimeZone or
        CounterOverflow; nothing is written.
    """
    spend = NewSpend(campaign_id, amount, occurred_at, reference, description, source)
    try:
        return record_spends(spends=[spend], now=now, actor=actor, within=within)[0]
    except ManyRefusals as refusals:
        raise refusals.refusals[0][1] from None


def record_spends(
    *,
    spends: Sequence[NewSpend | Refusal],
    now: datetime,
    actor: str = "",
    within: Collection[int] | None = None,
) -> list[SpendReceipt]:
    """Record spends of any number of brands, all or none.

    :param spends: a refusal stands for a spend that the door could not read: all that is wrong is said at once.
    :param within: numbers of the brands that the caller may touch, and None for all. Campaigns of others are refused
        as if they did not exist.
    :returns: one receipt for each, in the same order. A reference that stands twice in the batch counts once.
    :raises ManyRefusals: with every refused spend by its index, from 0; nothing is written.
    :raises CounterOverflow: if a counter would no longer fit; nothing is written.
    """
    try:
        batches = _record(spends, now=now, actor=actor, within=within, looks_first=False)
    except (ReferenceTaken, ManyRefusals):
        # Nearly all references are new, and nearly all spends are recorded: only then is it worth a look.
        batches = _record(spends, now=now, actor=actor, within=within, looks_first=True)
    receipts = {index: receipt for batch in batches for index, receipt in _receipts(batch)}
    return [receipts[index] for index in range(len(spends))]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A checked spend: an entry that is not saved yet, and the moment that its sender gave, if any."""

    entry: SpendLog
    campaign_id: int
    reference: str
    given_at: datetime | None


@dataclass(slots=True)
class _Batch:
    """The part of a call that belongs to one brand, whose lock is held.

    :param drafts: by their index in the call.
    :param entries: by the same index, the entry that stands for it: the draft's own, or the one recorded before.
    :param changes: starts and stops so far.
    """

    brand: Brand
    campaigns: dict[int, Campaign] = field(default_factory=dict)
    drafts: dict[int, _Draft] = field(default_factory=dict)
    entries: dict[int, SpendLog] = field(default_factory=dict)
    was_paused: dict[int, bool] = field(default_factory=dict)
    changes: tuple[StatusChange, ...] = ()

    @property
    def new_entries(self) -> list[SpendLog]:
        return [entry for index, entry in self.entries.items() if entry is self.drafts[index].entry]


def _record(
    spends: Sequence[NewSpend | Refusal],
    *,
    now: datetime,
    actor: str,
    within: Collection[int] | None,
    looks_first: bool,
) -> list[_Batch]:
    """Post what is new, all or nothing.

    :param looks_first: for references that the ledger has. Without, writing one of them again raises ReferenceTaken.
    """
    refusals: list[tuple[int, Refusal]] = []
    drafts = _check(spends, now, refusals)
    with writing():
        batches = _locked_batches(drafts, within, refusals)
        for batch in batches:
            _make_ready(batch, now, refusals, _recorded_before(batch) if looks_first else {})
        ManyRefusals.raise_if_any(refusals)
        postings = [Posting(batch.brand, batch.campaigns, batch.new_entries) for batch in batches]
        try:
            changes_of_all = post_all(postings=postings, now=now, actor=actor, ends=True)
        except ReferenceTaken:
            if looks_first:
                ManyRefusals.raise_if_any(_skipped(batches))
            raise
        for batch, changes in zip(batches, changes_of_all, strict=True):
            batch.changes += changes
    return batches


def _check(
    spends: Sequence[NewSpend | Refusal], now: datetime, refusals: list[tuple[int, Refusal]]
) -> dict[int, _Draft]:
    """Turn each spend into an unsaved entry, or add the reason why not."""
    drafts: dict[int, _Draft] = {}
    for index, spend in enumerate(spends):
        if isinstance(spend, Refusal):
            refusals.append((index, spend))
            continue
        try:
            drafts[index] = _draft(spend, now)
        except Refusal as refusal:
            refusals.append((index, refusal))
    return drafts


def _draft(spend: NewSpend, now: datetime) -> _Draft:
    reference = parse_reference(spend.reference)
    columns = {
        "id": None,
        "campaign_id": spend.campaign_id,
        "amount": parse_amount(spend.amount),
        "occurred_at": None,
        "recorded_at": now,
        "local_day": None,
        "description": parse_description(spend.description),
        "source": parse_source(spend.source),
        "reference": reference,
        "corrects_id": None,
        "spend_import_id": spend.import_id,
    }
    given_at = None if spend.occurred_at is None else check_moment(spend.occurred_at, now=now)
    return _Draft(make_model(SpendLog, columns), spend.campaign_id, reference, given_at)


def _locked_batches(
    drafts: Mapping[int, _Draft], within: Collection[int] | None, refusals: list[tuple[int, Refusal]]
) -> list[_Batch]:
    """Lock the brands of the drafts, in order, and deal the drafts out to them."""
    locked = lock_brands_of_campaigns({draft.campaign_id for draft in drafts.values()}, within=within)
    batches = {key: _Batch(brand) for key, brand in locked.brands.items()}
    for index, draft in drafts.items():
        campaign = locked.campaigns.get(draft.campaign_id)
        if campaign is None:
            refusals.append((index, no_campaign(draft.campaign_id)))
        else:
            batch = batches[campaign.brand_id]
            batch.campaigns[draft.campaign_id] = campaign
            batch.drafts[index] = draft
    return list(batches.values())


def _make_ready(
    batch: _Batch,
    now: datetime,
    refusals: list[tuple[int, Refusal]],
    first_entries: dict[tuple[int, str], SpendLog],
) -> None:
    """Bring the brand to the present, date the drafts and find the repeated ones; add what cannot be recorded."""
    try:
        batch.changes = prepare(brand=batch.brand, campaigns=list(batch.campaigns.values()), now=now)
    except InvalidTimeZone as refusal:
        refusals += [(index, refusal) for index in batch.drafts]
        return
    batch.was_paused = {key: not campaign.is_active for key, campaign in batch.campaigns.items()}
    for index, draft in batch.drafts.items():
        key = (draft.campaign_id, draft.reference)
        first = first_entries.get(key) if draft.reference else None
        if first is None:
            _date(draft, batch.brand, batch.campaigns[draft.campaign_id], now)
            first = first_entries[key] = draft.entry
        elif not _is_same_spend(first, draft):
            refusals.append((index, _conflict(first, batch.brand.currency)))
        batch.entries[index] = first


def _recorded_before(batch: _Batch) -> dict[tuple[int, str], SpendLog]:
    """Return the entries that the ledger already has under the drafts' references."""
    keys = entries_with_references({(draft.campaign_id, draft.reference) for draft in batch.drafts.values()})
    known = SpendLog.objects.filter(pk__in=keys) if keys else []
    return {(entry.campaign_id, entry.reference): entry for entry in known}


def _date(draft: _Draft, brand: Brand, campaign: Campaign, now: datetime) -> None:
    """Fix the entry's moment and its local day."""
    moment = draft.given_at or after_resets(brand=brand, campaign=campaign, now=now)
    draft.entry.occurred_at = moment
    draft.entry.local_day = local_day(moment, brand.zone)


def _is_same_spend(first: SpendLog, draft: _Draft) -> bool:
    """Tell whether a repeated reference brings the same facts; a moment that was left out is no fact."""
    return draft.entry.amount == first.amount and draft.given_at in (None, first.occurred_at)


def _conflict(first: SpendLog, currency: str) -> ReferenceConflict:
    return ReferenceConflict(
        f"Reference {first.reference!r} already stands for another spend: {format_money(first.amount, currency)} at "
        f"{first.occurred_at.isoformat()}. Use a new reference, or correct that entry ({first.pk or 'above'})."
    )


def _skipped(batches: Sequence[_Batch]) -> list[tuple[int, Refusal]]:
    """Say what the ledger does not take although it has none of the references: what belongs to a month gone by."""
    new = [
        (index, entry)
        for batch in batches
        for index, entry in batch.entries.items()
        if entry is batch.drafts[index].entry
    ]
    refusals = months.why_skipped(months.wanted_of(entry for _, entry in new))
    return [(new[place][0], refusal) for place, refusal in refusals.items()]


def _receipts(batch: _Batch) -> Iterator[tuple[int, SpendReceipt]]:
    """Say what became of every draft."""
    for index, entry in batch.entries.items():
        draft = batch.drafts[index]
        yield (
            index,
            SpendReceipt(
                entry=entry,
                is_replay=entry is not draft.entry,
                campaign=batch.campaigns[draft.campaign_id],
                brand=batch.brand,
                changes=batch.changes,
                was_paused=batch.was_paused[draft.campaign_id],
            ),
        )
