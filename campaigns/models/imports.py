"""Imports: the history of what files brought, and the uploads that wait to be imported."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from campaigns.models.brand import Brand
from campaigns.models.fields import MoneyField
from campaigns.rules.texts import NAME_LENGTH, SOURCE_LENGTH


class ImportState(models.TextChoices):
    """How far an import has come."""

    CHECKING = "checking", "being checked"
    CHECKED = "checked", "checked, waits for a yes"
    REFUSED = "refused", "refused"
    RUNNING = "running", "being imported"
    DONE = "done", "imported"
    FAILED = "failed", "stopped on the way"
    UNDONE = "undone", "undone"


# What a worker has to do something about.
UNFINISHED = (ImportState.CHECKING, ImportState.RUNNING)


class SpendImport(models.Model):
    """One import of a file: who, when, what was read, and what became of it."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="imports")
    created_at = models.DateTimeField()
    actor = models.CharField(max_length=150, blank=True, default="", help_text="Who asked for it.")
    file_name = models.CharField(max_length=NAME_LENGTH)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="Of the file, in bytes.")
    # What was asked for, in the words of the door; the layout is found out again at each reading.
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=ImportState)
    format = models.CharField(max_length=32, blank=True, default="")
    read_as = models.TextField(blank=True, default="")
    mode = models.CharField(max_length=16, blank=True, default="")
    source = models.CharField(max_length=SOURCE_LENGTH, blank=True, default="")
    rows = models.PositiveBigIntegerField(default=0)
    zero = models.PositiveBigIntegerField(default=0)
    new = models.PositiveBigIntegerField(default=0)
    duplicate = models.PositiveBigIntegerField(default=0)
    restated = models.PositiveBigIntegerField(default=0)
    gone = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    # Longer than any column of numbers keeps exactly.
    exact_total = models.CharField(max_length=200, blank=True, default="")
    rounded_total = MoneyField("total", default=0)
    recorded = MoneyField(default=0, help_text="What the ledger gained, signed.")
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    made_at = models.DateTimeField(null=True, help_text="When the platform made the report, where it says so.")
    # The first refused lines, or why it stopped.
    problems = models.JSONField(default=list)
    rows_done = models.PositiveBigIntegerField(default=0)
    rows_expected = models.PositiveBigIntegerField(null=True)
    # A worker that is alive moves this on; it also says whose turn it is.
    alive_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        verbose_name = "import"
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            # For the question whether an export is older than one that was imported.
            models.Index(fields=["brand", "source", "last_day"], name="import_brand_source_idx"),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"


class SpendUpload(models.Model):
    """The bytes of a file that a person uploaded, packed, until it is imported or given up."""

    spend_import = models.OneToOneField(SpendImport, on_delete=models.CASCADE, related_name="upload")
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"file of {self.spend_import}"
