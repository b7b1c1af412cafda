"""Addresses of the site: the admin and the API; the front page leads to the admin."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("campaigns.api.urls")),
    path("", RedirectView.as_view(pattern_name="admin:index")),
]

handler500 = "campaigns.admin.outage.answer_failure"
