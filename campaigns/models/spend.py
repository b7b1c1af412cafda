"""The ledger: every cent that was spent, once. It only ever grows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from django.db import models

from campaigns.errors import LedgerIsClosed
from campaigns.models.campaign import Campaign
from campaigns.models.fields import MoneyField
from campaigns.models.imports import SpendImport
from campaigns.rules.texts import DESCRIPTION_LENGTH, REFERENCE_LENGTH, SOURCE_LENGTH


def _refuse() -> NoReturn:
    raise LedgerIsClosed(
        "Spend entries are never written, changed or erased directly, so that totals always follow: "
        "use record_spend, correct_spend or reverse_spend of campaigns.services."
    )


class SpendLogQuerySet(models.QuerySet["SpendLog"]):
    """Entries to read. The one way to write is `append`, and only services call it."""

    def append(self, entries: Iterable[SpendLog]) -> list[SpendLog]:
        """Insert the entries. The caller holds the brand's lock and moves the counters in the same transaction."""
        return super().bulk_create(entries)

    def forget_play_money(self) -> int:
        """Erase the entries, and return how many there were. Only the removal of the demo calls it."""
        return self._raw_delete(using=self.db)

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse.

        :raises LedgerIsClosed: always.
        """
        _refuse()

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse.

        :raises LedgerIsClosed: always.
        """
        _refuse()

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse.

        :raises LedgerIsClosed: always.
        """
        _refuse()

    def delete(self) -> NoReturn:
        """Refuse.

        :raises LedgerIsClosed: always.
        """
        _refuse()


class SpendLog(models.Model):
    """One entry of the ledger: a spend, a credit, a correction or a reversal.

    `local_day` is the brand's date of `occurred_at` when it was written; a later change of zone does not move it.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="spend", db_index=False)
    amount = MoneyField(help_text="In the brand's currency. Negative: a credit.")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    local_day = models.DateField()
    description = models.CharField(max_length=DESCRIPTION_LENGTH, blank=True, default="")
    source = models.CharField(max_length=SOURCE_LENGTH, blank=True, default="")
    reference = models.CharField(max_length=REFERENCE_LENGTH, blank=True, default="")
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections", db_index=False
    )
    spend_import = models.ForeignKey(
        SpendImport, null=True, blank=True, on_delete=models.PROTECT, related_name="entries", db_index=False
    )

    objects = SpendLogQuerySet.as_manager()

    class Meta:
        verbose_name = "spend entry"
        verbose_name_plural = "spend entries"
        # Django's own shortcuts (`campaign.spend.add(entry)`) find the ledger closed as well.
        base_manager_name = "objects"
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~models.Q(amount=0), name="spend_amount_not_zero"),
            models.UniqueConstraint(
                fields=["campaign", "reference"],
                condition=~models.Q(reference=""),
                name="spend_reference_unique_in_campaign",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # For a counter's recount: the sum of a campaign's entries since a moment.
            models.Index(fields=["campaign", "occurred_at"], include=["amount"], name="spend_campaign_moment_idx"),
            # For reported totals: what is recorded for a campaign, a source and a day. And for the pages of brands and
            # campaigns: what was spent on each day of a month.
            models.Index(
                fields=["campaign", "local_day", "source"], include=["amount"], name="spend_campaign_day_amount_idx"
            ),
            # For the list of a day's entries, the newest first.
            models.Index(fields=["local_day", "id"], name="spend_day_idx"),
            # For midnight: what many brands have spent in a period that has just begun.
            models.Index(fields=["occurred_at"], name="spend_moment_idx"),
            # For corrections: what was already taken back of an entry.
            models.Index(fields=["corrects"], condition=models.Q(corrects__isnull=False), name="spend_corrects_idx"),
            # For undoing an import: its entries.
            models.Index(
                fields=["spend_import"], condition=models.Q(spend_import__isnull=False), name="spend_import_idx"
            ),
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse.

        :raises LedgerIsClosed: always.
        """
        _refuse()

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse.

        :raises LedgerIsClosed: always.
        """
        _refuse()
