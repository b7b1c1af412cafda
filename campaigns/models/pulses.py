"""Signs of life: when each task last came by, what the ledger's check found, and how often spend was refused.

The processes of the system share no memory. What one of them has to know of another stands here, in few rows.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from campaigns.models.brand import Brand
from campaigns.models.fields import MoneyField
from campaigns.rules.periods import PeriodKind
from campaigns.rules.texts import NAME_LENGTH

TASK_LENGTH = 64
ERROR_LENGTH = 300


class Pulse(models.Model):
    """The last run of a task, one row for each task and not for each run. Beat has one as well.

    Of a task: `started_at` and `finished_at` are those of the newest run, whichever ended; `started_at` alone being
    newer means that a run is under way, or died. Of beat: awake since, and seen last.
    """

    name = models.CharField(max_length=TASK_LENGTH, primary_key=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0, help_text="How long the newest finished run took.")
    handled = models.PositiveBigIntegerField(default=0, help_text="What the newest finished run went through.")
    failed = models.PositiveBigIntegerField(default=0, help_text="What it left undone, or found wrong.")
    last_error = models.CharField(max_length=ERROR_LENGTH, blank=True, default="")
    ranges_left = models.PositiveIntegerField(default=0, help_text="Of a pass that was cut: ranges to come.")
    runs = models.PositiveBigIntegerField(default=0, help_text="Finished runs, ever.")
    bad_runs = models.PositiveBigIntegerField(default=0, help_text="Those of them that did not end well.")

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class LedgerDrift(models.Model):
    """A counter that differed from the ledger when it was last compared. It goes when they agree again."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    campaign = models.CharField(max_length=NAME_LENGTH, blank=True, default="", help_text="Empty: the brand's own.")
    kind = models.CharField("period", max_length=8, choices=[(kind.value, kind.value) for kind in PeriodKind])
    since = models.DateTimeField()
    counted = MoneyField()
    in_ledger = MoneyField()
    found_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return f"drift of the {self.kind}"

    @property
    def owner(self) -> str:
        """The brand, or brand and campaign, as the commands take them. It asks for the brand's row."""
        return f"{self.brand}/{self.campaign}" if self.campaign else str(self.brand)


class RefusalCount(models.Model):
    """How often spend was refused at a door with a code, on a day in UTC. A refusal itself leaves nothing else."""

    day = models.DateField()
    door = models.CharField(max_length=16)
    code = models.CharField(max_length=64)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering: ClassVar[list[str]] = ["-day", "door", "code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "door", "code"], name="refusal_count_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.door}: {self.code}"
