"""The demo agency, for administrators: loaded into an empty desk, and removed when it has done its work."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from campaigns.admin.base import actor_of
from campaigns.admin.choices import keys_among
from campaigns.demo import DAYS, load_agency
from campaigns.demo.removal import DemoBrands, find_demo, remove_agency


def may_decide(request: HttpRequest) -> bool:
    """Tell whether the person may load and remove the demo: those who may do everything."""
    return request.user.is_active and request.user.is_superuser


def demo_of(request: HttpRequest) -> DemoBrands | None:
    """Return what the person could remove of the demo; None: nothing."""
    if not may_decide(request):
        return None
    found = find_demo()
    return found if found.brands else None


def load_demo(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """Load the demo agency into an empty desk."""
    _check(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    report = load_agency(now=now, days=DAYS)
    if report is None:
        messages.error(request, "There are brands already, so the demo agency was not loaded.")
    else:
        words = f"{report.brands} brands, {report.campaigns} campaigns ({report.running} running)"
        spend = f"Record {report.amount} for {report.campaign.replace('/', ' / ')}, and see a budget stop campaigns."
        messages.success(request, f"Loaded the demo agency: {words}, and {report.days} days of spend. {spend}")
    return HttpResponseRedirect(reverse("admin:index"))


def remove_demo(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """Ask, then remove the demo agency."""
    _check(request)
    if request.method == "POST":
        keys = [int(key) for key in keys_among(request.POST.getlist("brand"))]
        report = remove_agency(brand_ids=keys, actor=actor_of(request))
        if report.brands:
            what = f"{len(report.brands)} brands, {report.campaigns} campaigns and {report.entries} spend entries"
            messages.success(request, f"Removed the demo agency: {what}.")
        else:
            messages.warning(request, "Nothing was removed: there is nothing of the demo agency any more.")
        return HttpResponseRedirect(reverse("admin:index"))
    context = {**site.each_context(request), "title": "Remove the demo agency", "demo": find_demo()}
    return TemplateResponse(request, "admin/campaigns/remove_demo.html", context)


def _check(request: HttpRequest) -> None:
    if not may_decide(request):
        raise PermissionDenied
