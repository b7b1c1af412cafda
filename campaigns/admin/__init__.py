"""The admin: where an account manager works. Forms in, one service call, the answer or the refusal out."""

from __future__ import annotations

from django.contrib import admin

from campaigns.admin.access import ApiKeyAdmin
from campaigns.admin.brand import BrandAdmin
from campaigns.admin.campaign import CampaignAdmin
from campaigns.admin.deliveries import WebhookDeliveryAdmin
from campaigns.admin.history import StatusChangeAdmin
from campaigns.admin.imports import SpendImportAdmin
from campaigns.admin.schedule import ScheduleAdmin
from campaigns.admin.spend import SpendAdmin
from campaigns.admin.webhooks import WebhookEndpointAdmin
from campaigns.models import (
    ApiKey,
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
admin.site.register(ApiKey, ApiKeyAdmin)
admin.site.register(WebhookEndpoint, WebhookEndpointAdmin)
admin.site.register(WebhookDelivery, WebhookDeliveryAdmin)
