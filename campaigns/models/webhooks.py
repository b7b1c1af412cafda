"""Webhooks: who is told of changes, what there is to tell, and how far the telling has come."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.db import models

from campaigns.models.brand import Brand
from campaigns.rules.webhooks import URL_LENGTH, EventKind


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    """Endpoints by what is told to them."""

    def told_of(self, brands: Collection[Brand]) -> WebhookEndpointQuerySet:
        """Keep those in force that hear of any of the brands: their own, and the agency's."""
        return self.filter(models.Q(brand__in=brands) | models.Q(brand=None), is_enabled=True)


class WebhookEndpoint(models.Model):
    """An address that is told of changes, of one brand or of all."""

    url = models.CharField("address", max_length=URL_LENGTH, help_text="Where messages are posted to: https://…")
    brand = models.ForeignKey(
        Brand,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="webhook_endpoints",
        help_text="Whose changes are told. Empty: every brand's.",
    )
    kinds = models.JSONField("events", default=list, help_text="What is told.")
    is_enabled = models.BooleanField(
        "switched on", default=True, help_text="Off: nothing new is kept for it, and what waits goes on waiting."
    )
    secret = models.CharField(max_length=100, editable=False)
    previous_secret = models.CharField(max_length=100, blank=True, default="", editable=False)
    previous_secret_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField("made", editable=False)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook endpoint"
        ordering: ClassVar[list[str]] = ["url", "id"]

    def __str__(self) -> str:
        return self.url

    def wants(self, kind: str) -> bool:
        """Tell whether it is told of events of that kind."""
        return kind in self.kinds

    def hears(self, brand: Brand, kind: str) -> bool:
        """Tell whether it is told of that brand's events of that kind."""
        return self.brand_id in (None, brand.pk) and self.wants(kind)


class OutboxEvent(models.Model):
    """Something to tell, written in the commit in which it happened and only where there is somebody to tell.

    Within a brand, keys grow in the order of the commits: whoever writes one holds the brand's lock.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="outbox_events")
    message_id = models.CharField(max_length=64, unique=True, help_text="The same at every attempt: webhook-id.")
    kind = models.CharField("event", max_length=32, choices=[(kind.value, kind.label) for kind in EventKind])
    payload = models.JSONField(help_text="The message as it is posted.")
    created_at = models.DateTimeField("happened")

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    """Deliveries by how far they have come."""

    def waiting(self) -> WebhookDeliveryQuerySet:
        """Keep those that are still to be made, or are just being made."""
        return self.filter(next_attempt_at__isnull=False)

    def dead(self) -> WebhookDeliveryQuerySet:
        """Keep those that were given up: the dead letters."""
        return self.filter(dead_at__isnull=False)


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint: it waits, or is delivered, or was given up."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    attempts = models.PositiveIntegerField(default=0)
    # While it waits: when it is due. Whoever takes it moves this on by the lease first, so that nobody else does.
    next_attempt_at = models.DateTimeField("next attempt", null=True)
    expires_at = models.DateTimeField("tried until")
    delivered_at = models.DateTimeField("delivered", null=True)
    dead_at = models.DateTimeField("given up", null=True)
    last_error = models.CharField("last answer", max_length=300, blank=True, default="")

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook delivery"
        verbose_name_plural = "webhook deliveries"
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="webhook_delivery_once_per_endpoint"),
            models.CheckConstraint(
                condition=models.Q(next_attempt_at__isnull=False, delivered_at__isnull=True, dead_at__isnull=True)
                | models.Q(next_attempt_at__isnull=True, delivered_at__isnull=False, dead_at__isnull=True)
                | models.Q(next_attempt_at__isnull=True, delivered_at__isnull=True, dead_at__isnull=False),
                name="webhook_delivery_in_one_state",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # For the oldest that waits, of each brand and endpoint.
            models.Index(
                fields=["endpoint", "brand", "id"],
                condition=models.Q(next_attempt_at__isnull=False),
                name="webhook_delivery_waiting_idx",
            ),
            # For the list of dead letters.
            models.Index(
                fields=["dead_at"], condition=models.Q(dead_at__isnull=False), name="webhook_delivery_dead_idx"
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def state(self) -> str:
        """How far it has come, in a word: waiting, delivered or dead."""
        if self.delivered_at is not None:
            return "delivered"
        return "dead" if self.dead_at is not None else "waiting"
