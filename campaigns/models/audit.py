"""Audit: what people and programs decided about brands and campaigns, with what held before and after."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from campaigns.models.brand import Brand
from campaigns.models.campaign import Campaign
from campaigns.rules.texts import NAME_LENGTH

_LABELS = {
    "is_enabled": "switch",
    "current_daily_spend": "spent today",
    "current_monthly_spend": "spent this month",
    "start_date": "first day",
    "end_date": "last day",
}
# What an empty value means, where that is not plain.
_EMPTY = {"daily_budget": "no limit", "monthly_budget": "no limit"}
_NOTHING = "none"


class Act(models.TextChoices):
    """What somebody did."""

    CREATED = "created", "created"
    CHANGED = "changed", "changed"
    RESET = "reset", "reset by hand"
    CORRECTED = "corrected", "corrected spend"


class AuditEntry(models.Model):
    """One act of a person or a program. Written in the commit of the act, never changed later."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="audit_entries", db_index=False)
    campaign = models.ForeignKey(
        Campaign,
        null=True,
        on_delete=models.SET_NULL,
        related_name="audit_entries",
        db_index=False,
        help_text="Empty: it was about the brand itself, or about a campaign that is gone.",
    )
    subject = models.CharField(max_length=2 * NAME_LENGTH + 3, help_text="What it was about, as it was called then.")
    acted_at = models.DateTimeField()
    actor = models.CharField(max_length=150, blank=True, default="", help_text="Who did it; api:… is a program.")
    act = models.CharField(max_length=16, choices=Act)
    # [[fact, before, after], …], as texts, switches as booleans, null for none.
    facts = models.JSONField(default=list)

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            # For the history of a brand or campaign, newest first.
            models.Index(fields=["brand", "-id"], name="audit_entry_brand_idx"),
            models.Index(fields=["campaign", "-id"], name="audit_entry_campaign_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.get_act_display()}"

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was decided, a line for each fact: `daily budget: 100.00 → no limit`."""
        return tuple(self._sentence(*fact) for fact in self.facts)

    def _sentence(self, fact: str, before: str | bool | None, after: str | bool | None) -> str:
        label = _LABELS.get(fact, fact.replace("_", " "))
        if self.act == Act.CREATED:
            return f"{label}: {_word(fact, after)}"
        return f"{label}: {_word(fact, before)} → {_word(fact, after)}"


def _word(fact: str, value: str | bool | None) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value or _EMPTY.get(fact, _NOTHING)
