"""The admin: where an account manager works. Forms in, one service call, the answer or the refusal out."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import User

from campaigns.admin.access import ApiKeyAdmin
from campaigns.admin.audit import AuditEntryAdmin
from campaigns.admin.brand import BrandAdmin
from campaigns.admin.campaign import CampaignAdmin
from campaigns.admin.deliveries import WebhookDeliveryAdmin
from campaigns.admin.history import StatusChangeAdmin
from campaigns.admin.imports import SpendImportAdmin
from campaigns.admin.people import PersonAdmin
from campaigns.admin.schedule import ScheduleAdmin
from campaigns.admin.spend import SpendAdmin
from campaigns.admin.webhooks import WebhookEndpointAdmin
from campaigns.models import (
    ApiKey,
    AuditEntry,
    Brand,
    Campaign,
    DaypartingSchedule,
    SpendImport,
    SpendLog,
    StatusChange,
    WebhookDelivery,
    WebhookEndpoint,
)

admin.site.register(Brand, BrandAdmin)
admin.site.register(Campaign, CampaignAdmin)
admin.site.register(SpendLog, SpendAdmin)
admin.site.register(SpendImport, SpendImportAdmin)
admin.site.register(DaypartingSchedule, ScheduleAdmin)
admin.site.register(StatusChange, StatusChangeAdmin)
admin.site.register(AuditEntry, AuditEntryAdmin)
admin.site.register(ApiKey, ApiKeyAdmin)
admin.site.register(WebhookEndpoint, WebhookEndpointAdmin)
admin.site.register(WebhookDelivery, WebhookDeliveryAdmin)

# Django's page of users, with the brands to which somebody is limited.
admin.site.unregister(User)
admin.site.register(User, PersonAdmin)
