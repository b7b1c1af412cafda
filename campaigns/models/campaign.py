"""Campaigns: what spends a brand's money."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from django.db import models

from campaigns.models.brand import Brand
from campaigns.models.counters import Counted
from campaigns.rules.delivery import Blocker
from campaigns.rules.periods import EARLIEST_MOMENT
from campaigns.rules.texts import NAME_LENGTH


class Status(StrEnum):
    """A campaign's state in three words."""

    ACTIVE = "active"
    PAUSED = "paused"
    INACTIVE = "inactive"


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Campaigns by what people and passes ask for."""

    def running(self) -> CampaignQuerySet:
        """Keep those that run."""
        return self.filter(is_active=True)

    def paused(self) -> CampaignQuerySet:
        """Keep those that are switched on and held by a rule."""
        return self.filter(is_active=False, is_enabled=True)

    def due(self, now: datetime) -> CampaignQuerySet:
        """Keep those whose verdict time alone may have changed by `now`."""
        return self.filter(review_at__lte=now)

    def with_windows(self) -> CampaignQuerySet:
        """Load their windows with them, as `facts_of` needs them."""
        return self.select_related("schedule").prefetch_related("schedule__windows")


class Campaign(Counted):
    """A campaign of a brand. `is_active` is derived: it runs exactly when nothing holds it."""

    DERIVED = Counted.DERIVED | {"is_active", "paused_because", "review_at"}

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=NAME_LENGTH)
    external_id = models.CharField(
        max_length=NAME_LENGTH, blank=True, default="", help_text="The ad platform's own number or name for it."
    )
    start_date = models.DateField(
        "first day", null=True, blank=True, help_text="Of the flight, inclusive, in the brand's zone. Empty: none."
    )
    end_date = models.DateField(
        "last day", null=True, blank=True, help_text="Of the flight, inclusive, in the brand's zone. Empty: none."
    )
    is_active = models.BooleanField("running", default=False, editable=False)
    paused_because = models.CharField(
        max_length=32,
        blank=True,
        default="",
        editable=False,
        choices=[(blocker.value, blocker.label) for blocker in Blocker],
    )
    # A campaign made without a service is due at once.
    review_at = models.DateTimeField(
        null=True,
        default=EARLIEST_MOMENT,
        editable=False,
        help_text="The next moment at which time alone may change its state.",
    )

    objects = CampaignQuerySet.as_manager()

    class Meta(Counted.Meta):
        ordering: ClassVar[list[str]] = ["brand__name", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Counted.Meta.constraints,
            models.UniqueConstraint(fields=["brand", "name"], name="campaign_name_unique_in_brand"),
            models.UniqueConstraint(
                fields=["brand", "external_id"],
                condition=~models.Q(external_id=""),
                name="campaign_external_id_unique_in_brand",
            ),
            models.CheckConstraint(
                condition=models.Q(is_active=False) | models.Q(is_enabled=True), name="campaign_active_only_if_enabled"
            ),
            models.CheckConstraint(
                condition=models.Q(is_active=False) | models.Q(paused_because=""),
                name="campaign_active_only_if_not_held",
            ),
            models.CheckConstraint(
                condition=models.Q(start_date__isnull=True)
                | models.Q(end_date__isnull=True)
                | models.Q(end_date__gte=models.F("start_date")),
                name="campaign_flight_in_order",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # For the minute's pass: what is due, however many campaigns there are.
            models.Index(
                fields=["review_at"], condition=models.Q(review_at__isnull=False), name="campaign_review_at_idx"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def status(self) -> Status:
        """Active (running), paused (switched on, held by a rule) or inactive (switched off by a person)."""
        if self.is_active:
            return Status.ACTIVE
        return Status.PAUSED if self.is_enabled else Status.INACTIVE

    @property
    def headline(self) -> Blocker | None:
        """The first blocker as it was last decided; None while it runs.

        None, too, for a code that nobody here knows: the next pass decides anew.
        """
        return Blocker.of_code(self.paused_because)
