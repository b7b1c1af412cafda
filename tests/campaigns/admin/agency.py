"""Two brands with a row of every kind each, and people who may see one of them. The other's names are unmistakable."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.test import Client

from campaigns.models import (
    ApiKey,
    AuditEntry,
    Brand,
    Campaign,
    DaypartingSchedule,
    OutboxEvent,
    Scope,
    SpendImport,
    SpendLog,
    StatusChange,
    WebhookDelivery,
    WebhookEndpoint,
)
from campaigns.rules.webhooks import EventKind
from campaigns.services import change_brand, create_api_key
from campaigns.services.imports import uploads
from campaigns.services.imports.uploads import UploadOptions
from campaigns.services.people import create_groups, limit_person
from tests.campaigns.admin.browser import Browser
from tests.factories import NOON, hours, make_brand, make_campaign, spend

OWN, OTHER = "Ownbrandia", "Otherbrandia"
AGENCY = "https://agency.example.com/secret-path"


@dataclass(frozen=True)
class Rows:
    """A brand with everything that can hang on one."""

    word: str
    brand: Brand
    campaign: Campaign
    entry: SpendLog

    def all(self) -> list[Model]:
        """Return a row of every table that the admin shows."""
        key = ApiKey.objects.get(name=f"client of {self.word}")
        endpoint = WebhookEndpoint.objects.get(brand=self.brand)
        return [
            self.brand,
            self.campaign,
            self.entry,
            DaypartingSchedule.objects.get(campaign=self.campaign),
            StatusChange.objects.filter(campaign=self.campaign).latest("pk"),
            SpendImport.objects.get(brand=self.brand),
            key,
            endpoint,
            WebhookDelivery.objects.filter(endpoint=endpoint).latest("pk"),
            AuditEntry.objects.filter(brand=self.brand).latest("pk"),
        ]


def make_rows(word: str) -> Rows:
    """Make a brand with everything; the word is in every text of it."""
    brand = make_brand(name=f"{word} brand", daily_budget="10", currency="USD")
    endpoint = WebhookEndpoint.objects.create(
        url=f"https://{word}.example.com/hook",
        brand=brand,
        kinds=[kind.value for kind in EventKind],
        secret="whsec_c2VjcmV0",
        created_at=NOON,
    )
    campaign = make_campaign(
        brand, name=f"{word} campaign", external_id=f"{word}-id", windows=[hours("00:00", "00:00")]
    )
    entry = spend(campaign, "12.00", source=word[:20], reference=f"{word}-reference")
    create_api_key(name=f"client of {word}", scopes=[Scope.READ], brand_ids=[brand.pk], now=NOON)
    uploads.keep_upload(
        brand_id=brand.pk,
        file_name=f"{word}.csv",
        content=b"campaign,date,amount\nx,2026-11-19,1\n",
        options=UploadOptions(campaign_column="campaign", date_column="date", amount_column="amount"),
        now=NOON,
        actor=f"importer of {word}",
    )
    change_brand(brand_id=brand.pk, monthly_budget="1000", now=NOON, actor=f"editor of {word}")
    WebhookDelivery.objects.filter(endpoint=endpoint).update(next_attempt_at=None, dead_at=NOON)
    return Rows(word, brand, campaign, entry)


@dataclass(frozen=True)
class Agency:
    """Both brands, and what belongs to the agency itself."""

    own: Rows
    other: Rows


def make_agency() -> Agency:
    """Make both brands, a key for both, a key for every brand, and an endpoint of the agency with deliveries."""
    create_groups()
    agency = Agency(make_rows(OWN), make_rows(OTHER))
    both = [agency.own.brand.pk, agency.other.brand.pk]
    create_api_key(name=f"{OTHER} and own", scopes=[Scope.READ], brand_ids=both, now=NOON)
    create_api_key(name=f"{OTHER} and all", scopes=[Scope.READ], every_brand=True, now=NOON)
    endpoint = WebhookEndpoint.objects.create(
        url=f"{AGENCY}/{OTHER}", kinds=[EventKind.PAUSED.value], secret="whsec_c2VjcmV0", created_at=NOON
    )
    event = OutboxEvent.objects.filter(brand=agency.own.brand).latest("pk")
    WebhookDelivery.objects.create(
        endpoint=endpoint, event=event, brand=agency.own.brand, expires_at=NOON, dead_at=NOON
    )
    return agency


def person(name: str, group: str, *, limited_to: Brand | None = None) -> User:
    """Make somebody of a ready group."""
    user = User.objects.create_user(name, is_staff=True)
    user.groups.set([Group.objects.get(name=group)])
    if limited_to is not None:
        limit_person(person_id=user.pk, brand_ids=[limited_to.pk])
    return user


def browser_of(user: User) -> Browser:
    """Sign somebody in."""
    client = Client()
    client.force_login(user)
    return Browser(client)


def log_acts_on(user: User, rows: Rows) -> None:
    """Let the admin remember that the person changed these, before they were limited."""
    for row in (rows.brand, rows.campaign):
        LogEntry.objects.create(
            user=user,
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=str(row),
            action_flag=CHANGE,
        )
