"""People: to which brands somebody is limited. Who is not limited, sees all."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from campaigns.models.brand import Brand


class BrandLimit(models.Model):
    """A person who sees and touches these brands only, and none if there is none.

    The row is the limit, its brands are not: when the last of them goes, the person sees nothing, instead of all.
    """

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="brand_limit")
    brands = models.ManyToManyField(Brand, blank=True, related_name="+")

    class Meta:
        verbose_name = "limit to brands"
        verbose_name_plural = "limits to brands"
        ordering: ClassVar[list[str]] = ["person"]

    def __str__(self) -> str:
        return f"limit of {self.person}"
