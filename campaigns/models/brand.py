"""Brands: the agency's clients."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models

from campaigns.models.counters import Counted
from campaigns.rules.periods import find_zone
from campaigns.rules.texts import NAME_LENGTH


def default_time_zone() -> str:
    """Return the zone that a new brand starts with, from the settings."""
    return settings.TIME_ZONE


def default_currency() -> str:
    """Return the currency that a new brand starts with, from the settings."""
    return settings.DEFAULT_CURRENCY


class Brand(Counted):
    """A client. Its row is the lock of everything below it: whoever writes takes it first."""

    DERIVED = Counted.DERIVED | {"reviewed_at"}

    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    time_zone = models.CharField(
        max_length=64, default=default_time_zone, help_text="Days, months and windows are local to this zone."
    )
    currency = models.CharField(
        max_length=3, default=default_currency, help_text="Three letters (ISO 4217). Shown, never converted."
    )
    reviewed_at = models.DateTimeField(
        null=True, editable=False, help_text="The newest moment at which its campaigns were decided on."
    )

    class Meta(Counted.Meta):
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The brand's time zone.

        :raises InvalidTimeZone: if the column holds none.
        """
        return find_zone(self.time_zone)
