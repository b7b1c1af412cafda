"""The admin as a site: what it shows on every page."""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.contrib.admin.sites import AdminSite
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest

from campaigns.queries.reach import LIMITABLE, Reach, reach_of


class DeskSite(AdminSite):
    """Django's site, with what a person did lately only as far as they may still see what they did it to."""

    def get_log_entries(self, request: HttpRequest) -> QuerySet[LogEntry]:
        """Return the log of what people did in the admin."""
        entries = super().get_log_entries(request)
        reach = reach_of(request.user)
        return entries if reach.is_everything else entries.filter(_about_rows_within(reach))


def _about_rows_within(reach: Reach) -> Q:
    condition = Q(pk__in=())
    for model in LIMITABLE:
        keys = reach.rows(model._default_manager.order_by()).annotate(text=Cast("pk", CharField())).values("text")
        condition |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=keys)
    return condition
