from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.core.checks import Tags, register


class CampaignsConfig(AppConfig):
    # Of the two in this file, the one that `campaigns` means.
    default = True
    name = "campaigns"
    verbose_name = "Budget desk"

    def ready(self) -> None:
        """Register the checks of the set-up."""
        from campaigns import checks

        register(checks.check_database, "campaigns")
        register(checks.check_clock, "campaigns")
        register(checks.check_time_travel, "campaigns", Tags.security, deploy=True)
        register(checks.check_webhooks, "campaigns", Tags.security, deploy=True)
        register(checks.check_front, "campaigns", deploy=True)


class DeskAdminConfig(admin_apps.AdminConfig):
    """Django's admin, with our site."""

    # It stands for Django's admin, not for this app.
    default = False

    default_site = "campaigns.site.DeskSite"
