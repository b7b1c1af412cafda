"""The admin's site: its front page is the overview, and its menu begins with what people do all day."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from campaigns.queries.reach import LIMITABLE, Reach, reach_of

# What is not named here follows, as Django orders it.
_APPS = ("campaigns", "auth", "django_celery_beat")
_MODELS = (
    "Brand",
    "Campaign",
    "SpendLog",
    "SpendImport",
    "StatusChange",
    "AuditEntry",
    "DaypartingSchedule",
    "WebhookEndpoint",
    "WebhookDelivery",
    "ApiKey",
)


class DeskSite(AdminSite):
    """Django's admin site with our front page and our order."""

    site_header = "ad_system – budget desk"
    site_title = "ad_system – budget desk"
    index_title = "Overview"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the overview. Here the clock is read, once."""
        # Our pages register themselves with this site as they are imported: before that, it has to be there.
        from campaigns.admin.overview import show_overview

        return show_overview(self, request, now=timezone.now())

    def get_urls(self) -> list[Any]:
        """Add the addresses of the demo."""
        from campaigns.admin import demo

        def load(request: HttpRequest) -> HttpResponse:
            return demo.load_demo(request, now=timezone.now())

        def remove(request: HttpRequest) -> HttpResponse:
            return demo.remove_demo(self, request)

        return [
            path("demo/load/", self.admin_view(load), name="load_demo"),
            path("demo/remove/", self.admin_view(remove), name="remove_demo"),
            *super().get_urls(),
        ]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return what the person may see, in the order in which a day's work asks for it."""
        apps = sorted(super().get_app_list(request, app_label), key=lambda app: _place(app["app_label"], _APPS))
        for app in apps:
            app["models"].sort(key=lambda model: _place(model["object_name"], _MODELS))
        return apps

    def get_log_entries(self, request: HttpRequest) -> QuerySet[LogEntry]:
        """Return what people did in the admin, as far as the person may still see what it was done to."""
        entries = super().get_log_entries(request)
        if not self.has_permission(request):
            # The page to sign in opens while the database does not answer.
            return entries.none()
        reach = reach_of(request.user)
        return entries if reach.is_everything else entries.filter(_about_rows_within(reach))


def _about_rows_within(reach: Reach) -> Q:
    condition = Q(pk__in=())
    for model in LIMITABLE:
        keys = reach.rows(model._default_manager.order_by()).annotate(text=Cast("pk", CharField())).values("text")
        condition |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=keys)
    return condition


def _place(name: str, order: tuple[str, ...]) -> int:
    return order.index(name) if name in order else len(order)
