"""Corrections and reversals: nothing is erased, a new signed entry names the one that it corrects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from campaigns.errors import CorrectionRefused, NotFound
from campaigns.models import Act, Campaign, SpendLog, StatusChange
from campaigns.rules.money import format_amount, format_money, parse_new_amount
from campaigns.rules.texts import parse_description
from campaigns.services import audit
from campaigns.services.database import writing
from campaigns.services.locks import lock_brand, lock_brand_of_campaign
from campaigns.services.posting import post, prepare
from campaigns.services.spend import SpendReceipt


def correct_spend(
    *, entry_id: int, new_amount: str | int | Decimal, now: datetime, description: str = "", actor: str = ""
) -> SpendReceipt:
    """Make the entry count for `new_amount` from now on, by a new entry over the difference, in the original's period.

    :param new_amount: units, with the sign of the original, or 0 for none of it.
    :returns: the receipt of the correction; if the entry counts for that already, of the entry itself, as a replay.
    :raises CorrectionRefused: for a correction of a correction, or an amount of the other sign.
    :raises Refusal: InvalidAmount, InvalidText, NotFound, InvalidTimeZone or CounterOverflow.
    """
    wanted = parse_new_amount(new_amount)

    def difference(original: SpendLog, counted: Decimal) -> Decimal:
        if wanted and (wanted > 0) is not (original.amount > 0):
            kind = "a credit" if original.amount < 0 else "a spend"
            amount = format_money(original.amount, original.campaign.brand.currency)
            raise CorrectionRefused(
                f"Entry {original.pk} is {kind} of {amount}: its new amount needs the same "
                f"sign. Reverse it, and record the other as a new entry.",
                field="amount",
            )
        return wanted - counted

    return _correct(entry_id, difference, description=parse_description(description), now=now, actor=actor)


def reverse_spend(*, entry_id: int, now: datetime, description: str = "", actor: str = "") -> SpendReceipt:
    """Take back what the entry still counts for, by a new entry in the original's period.

    :raises CorrectionRefused: if nothing of it is left, or it is itself a correction.
    :raises Refusal: InvalidText, NotFound, InvalidTimeZone or CounterOverflow.
    """

    def difference(original: SpendLog, counted: Decimal) -> Decimal:
        if not counted:
            raise CorrectionRefused(f"Entry {original.pk} was reversed already: nothing of it is left.")
        return -counted

    return _correct(entry_id, difference, description=parse_description(description), now=now, actor=actor)


def reverse_spends(
    *, brand_id: int, entry_ids: Iterable[int], now: datetime, description: str = "", actor: str = ""
) -> tuple[list[SpendLog], tuple[StatusChange, ...]]:
    """Take back what each of a brand's entries still counts for; those of which nothing is left are passed over.

    :param entry_ids: of entries that correct no other.
    :returns: the reversals, and the starts and stops that followed.
    :raises Refusal: InvalidText, NotFound, InvalidTimeZone or CounterOverflow; nothing is written.
    """
    text = parse_description(description)
    with writing():
        brand = lock_brand(brand_id)
        originals = list(SpendLog.objects.filter(pk__in=entry_ids, campaign__brand=brand, corrects=None).order_by("pk"))
        corrected = dict(
            SpendLog.objects.filter(corrects__in=[entry.pk for entry in originals])
            .order_by()
            .values_list("corrects_id")
            .annotate(total=Sum("amount"))
        )
        campaigns = Campaign.objects.with_windows().in_bulk({entry.campaign_id for entry in originals})
        changes = prepare(brand=brand, campaigns=list(campaigns.values()), now=now)
        counted = [(entry, entry.amount + corrected.get(entry.pk, Decimal(0))) for entry in originals]
        entries = [_correction(entry, -amount, text, now) for entry, amount in counted if amount]
        changes += post(brand=brand, campaigns=campaigns, entries=entries, now=now, actor=actor)
    return entries, changes


def counted_amount(entry: SpendLog) -> Decimal:
    """Return what the entry counts for, its corrections included."""
    return entry.amount + (entry.corrections.aggregate(total=Sum("amount"))["total"] or Decimal(0))


def _correct(
    entry_id: int, difference: Callable[[SpendLog, Decimal], Decimal], *, description: str, now: datetime, actor: str
) -> SpendReceipt:
    """Post the difference between what the entry should and does count for, under the brand's lock."""
    with writing():
        original = SpendLog.objects.filter(pk=entry_id).first()
        if original is None:
            raise NotFound(f"There is no spend entry with number {entry_id}.", field="entry")
        brand, campaign = lock_brand_of_campaign(original.campaign_id)
        if original.corrects_id is not None:
            raise CorrectionRefused(
                f"Entry {original.pk} is itself a correction: correct the original, entry {original.corrects_id}."
            )
        counted = counted_amount(original)
        amount = difference(original, counted)
        changes = prepare(brand=brand, campaigns=[campaign], now=now)
        was_paused = not campaign.is_active
        entries = [_correction(original, amount, description, now)] if amount else []
        changes += post(brand=brand, campaigns={campaign.pk: campaign}, entries=entries, now=now, actor=actor)
        if entries:
            was, counts = (format_amount(total, brand.currency) for total in (counted, counted + amount))
            fact = f"entry {original.pk}"
            audit.note(row=campaign, act=Act.CORRECTED, before={fact: was}, after={fact: counts}, now=now, actor=actor)
        return SpendReceipt(
            entry=entries[0] if entries else original,
            is_replay=not entries,
            campaign=campaign,
            brand=brand,
            changes=changes,
            was_paused=was_paused,
        )


def _correction(original: SpendLog, amount: Decimal, description: str, now: datetime) -> SpendLog:
    """Return an entry that counts where the original does: its moment, its day, and its source for reported totals."""
    return SpendLog(
        campaign_id=original.campaign_id,
        amount=amount,
        occurred_at=original.occurred_at,
        recorded_at=now,
        local_day=original.local_day,
        description=description,
        source=original.source,
        corrects=original,
    )
