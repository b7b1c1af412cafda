"""Access: the keys by which programs use the HTTP API."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from campaigns.models.brand import Brand

CLIENT_LENGTH = 100
PREFIX_LENGTH = 8
DEFAULT_REQUESTS_PER_MINUTE = 600


class Scope(StrEnum):
    """What a key allows: to read, to record spend, to manage brands and campaigns."""

    READ = "read"
    RECORD = "record"
    MANAGE = "manage"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Keys by what people and doors ask for."""

    def valid(self, now: datetime) -> ApiKeyQuerySet:
        """Keep those that open the door at `now`."""
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=now))


class ApiKey(models.Model):
    """A key of one client. The secret itself is kept nowhere: only its hash is."""

    name = models.CharField("client", max_length=CLIENT_LENGTH, help_text="The program that uses the key.")
    prefix = models.CharField(
        max_length=PREFIX_LENGTH, unique=True, editable=False, help_text="Recognises the key; no secret."
    )
    # No salt and no slow hash: there is no guessing at 256 random bits.
    secret_hash = models.CharField(max_length=64, editable=False)
    may_read = models.BooleanField("may read", default=True, help_text="Scope read: brands, campaigns, entries.")
    may_record = models.BooleanField("may record", default=False, help_text="Scope record: spend, corrections.")
    may_manage = models.BooleanField(
        "may manage", default=False, help_text="Scope manage: switches, budgets, flights, windows."
    )
    every_brand = models.BooleanField(
        default=False, help_text="For all brands, later ones too. Otherwise only for those chosen below."
    )
    brands = models.ManyToManyField(Brand, blank=True, related_name="api_keys")
    requests_per_minute = models.PositiveIntegerField(
        default=DEFAULT_REQUESTS_PER_MINUTE, help_text="More than this are answered with 429 until the next minute."
    )
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it does not expire.")
    created_at = models.DateTimeField(editable=False)
    created_by = models.CharField(max_length=150, blank=True, default="", editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False, help_text="To the minute.")
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering: ClassVar[list[str]] = ["name", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(name=""), name="api_key_name_not_empty"),
            models.CheckConstraint(
                condition=Q(may_read=True) | Q(may_record=True) | Q(may_manage=True), name="api_key_allows_something"
            ),
            models.CheckConstraint(condition=Q(requests_per_minute__gte=1), name="api_key_allows_requests"),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")), name="api_key_expires_after_creation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def scopes(self) -> frozenset[Scope]:
        """What the key allows."""
        held = {Scope.READ: self.may_read, Scope.RECORD: self.may_record, Scope.MANAGE: self.may_manage}
        return frozenset(scope for scope, is_held in held.items() if is_held)

    def state(self, now: datetime) -> str:
        """Return in a word whether it opens the door at `now`: valid, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"
