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
    """A campaign started or stopped. Written in the commit that changed it, never changed later.

    `position` alone comes after the commit: keys are given out before it, so that a smaller one may become visible
    after a larger one, and a reader who remembers the largest key that they saw would never see it.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="status_changes")
    changed_at = models.DateTimeField()
    is_active = models.BooleanField("running")
    blockers = models.JSONField(default=list, blank=True, help_text="Everything that held it, the headline first.")
    cause = models.CharField(max_length=16, choices=Cause)
    actor = models.CharField(max_length=150, blank=True, default="", help_text="Who did it, where it was a person.")
    spent = MoneyField(null=True, help_text="Of the budget that held it, or that let it go, at that moment.")
    limit = MoneyField(null=True, help_text="That budget's limit at that moment.")
    position = models.BigIntegerField(
        null=True, unique=True, editable=False, help_text="Its place in the feed of changes; given after its commit."
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            # For lists of what changed lately.
            models.Index(fields=["changed_at"], name="status_change_moment_idx"),
            # For the few that have no place in the feed yet.
            models.Index(fields=["id"], condition=models.Q(position__isnull=True), name="status_change_unplaced_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {'started' if self.is_active else 'stopped'}"

    @property
    def reasons(self) -> tuple[str, ...]:
        """The blockers in words, the headline first. One that only a newer version knew is shown as it is stored."""
        known = [(code, Blocker.of_code(code)) for code in self.blockers]
        return tuple(blocker.label if blocker else code for code, blocker in known)


class ChangeFeed(models.Model):
    """The feed of changes: one row, which is the lock of whoever gives out positions, and knows the last one."""

    last_position = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "feed of changes"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="change_feed_is_one"),
        ]

    def __str__(self) -> str:
        return f"feed at {self.last_position}"
