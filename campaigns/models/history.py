"""History: every change of a campaign's state, with its reason."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from campaigns.models.campaign import Campaign
from campaigns.models.fields import MoneyField
from campaigns.rules.delivery import Blocker


class Cause(models.TextChoices):
    """What made a campaign's state change."""

    SPEND = "spend", "a spend"
    CLOCK = "clock", "the clock"
    PERSON = "person", "a person"
    BUDGET = "budget", "an edited budget"
    RESET = "reset", "a reset"


class StatusChange(models.Model):
    """A campaign started or stopped. Written in the commit that changed it, never changed later."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="status_changes")
    changed_at = models.DateTimeField()
    is_active = models.BooleanField("running")
    blockers = models.JSONField(default=list, blank=True, help_text="Everything that held it, the headline first.")
    cause = models.CharField(max_length=16, choices=Cause)
    actor = models.CharField(max_length=150, blank=True, default="", help_text="Who did it, where it was a person.")
    spent = MoneyField(null=True, help_text="Of the budget that held it, or that let it go, at that moment.")
    limit = MoneyField(null=True, help_text="That budget's limit at that moment.")

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            # For lists of what changed lately.
            models.Index(fields=["changed_at"], name="status_change_moment_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {'started' if self.is_active else 'stopped'}"

    @property
    def reasons(self) -> tuple[str, ...]:
        """The blockers in words, the headline first."""
        return tuple(Blocker(code).label for code in self.blockers)
