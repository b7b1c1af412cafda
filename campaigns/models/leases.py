"""Leases: who of several may do a thing that only one should do."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

NAME_LENGTH = 64
HOLDER_LENGTH = 300


class Lease(models.Model):
    """One thing that one of several does, and until when it is whose."""

    name = models.CharField(max_length=NAME_LENGTH, primary_key=True)
    holder = models.CharField(max_length=HOLDER_LENGTH)
    ends_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"
