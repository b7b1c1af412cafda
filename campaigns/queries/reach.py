"""Reach: the brands that a person or program may see. What lies outside is answered like what does not exist."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from campaigns.errors import NotFound
from campaigns.models import (
    LARGEST_KEY,
    ApiKey,
    AuditEntry,
    Brand,
    BrandLimit,
    Campaign,
    DaypartingSchedule,
    SpendImport,
    SpendLog,
    StatusChange,
    WebhookDelivery,
    WebhookEndpoint,
)

_Row = TypeVar("_Row", bound=Model)

# Where the brand of a row is. What is not here, and no API key, is only for those who may see every brand.
_BRAND_OF: dict[type[Model], str] = {
    AuditEntry: "brand",
    Brand: "pk",
    Campaign: "brand",
    DaypartingSchedule: "campaign__brand",
    SpendImport: "brand",
    SpendLog: "campaign__brand",
    StatusChange: "campaign__brand",
    # Not its own brand: what goes to an endpoint of the agency is the agency's.
    WebhookDelivery: "endpoint__brand",
    WebhookEndpoint: "brand",
}
LIMITABLE: tuple[type[Model], ...] = (*_BRAND_OF, ApiKey)

# Kept on the person, who lives as long as the request, as Django does with their permissions.
_KEPT_AS = "_desk_reach"


@dataclass(frozen=True, slots=True)
class CampaignName:
    """A campaign as a platform's script knows it: its brand, by number or name, and the platform's own id."""

    brand: int | str
    external_id: str


@dataclass(frozen=True, slots=True)
class Reach:
    """The brands that a caller may see and touch.

    :param brand_ids: None: all.
    """

    brand_ids: frozenset[int] | None = None

    @property
    def is_everything(self) -> bool:
        """Whether it is all brands, later ones too."""
        return self.brand_ids is None

    def rows(self, queryset: QuerySet[_Row]) -> QuerySet[_Row]:
        """Keep the rows within reach: all, those of its brands, or none where the table knows no brand."""
        if self.brand_ids is None:
            return queryset
        if queryset.model is ApiKey:
            return queryset.filter(self._own_keys())
        path = _BRAND_OF.get(queryset.model)
        return queryset.filter(self.own(path)) if path else queryset.none()

    def of_brand(self, brand_id: int) -> int:
        """Return the brand's number.

        :raises NotFound: if there is no such brand within reach.
        """
        if not Brand.objects.filter(self.own("pk"), pk=_key(brand_id)).exists():
            raise NotFound(f"There is no brand with number {brand_id}.", field="brand")
        return brand_id

    def of_campaign(self, campaign_id: int) -> int:
        """Return the campaign's number.

        :raises NotFound: if there is no such campaign within reach.
        """
        if not Campaign.objects.filter(self.own("brand"), pk=_key(campaign_id)).exists():
            raise NotFound(f"There is no campaign with number {campaign_id}.", field="campaign")
        return campaign_id

    def of_entry(self, entry_id: int) -> int:
        """Return the spend entry's number.

        :raises NotFound: if there is no such entry within reach.
        """
        if not SpendLog.objects.filter(self.own("campaign__brand"), pk=_key(entry_id)).exists():
            raise NotFound(f"There is no spend entry with number {entry_id}.", field="entry")
        return entry_id

    def of_names(self, names: Collection[CampaignName]) -> dict[CampaignName, int | NotFound]:
        """Return the numbers of the campaigns with these names, or the refusal; one query, however many."""
        known = self._known_names(names)
        return {name: known.get((name.brand, name.external_id)) or _no_campaign_of(name) for name in names}

    def own(self, path: str) -> Q:
        """Return the condition that keeps what is within reach, where `path` leads to the brand."""
        return Q() if self.brand_ids is None else Q(**{f"{path}__in": self.brand_ids})

    def _own_keys(self) -> Q:
        """Return the condition that keeps the keys that open nothing else than these brands."""
        brands = ApiKey.brands.through._default_manager.filter(apikey=OuterRef("pk"))
        own = Q(brand__in=self.brand_ids or ())
        return Q(Exists(brands.filter(own)), ~Exists(brands.exclude(own)), every_brand=False)

    def _known_names(self, names: Collection[CampaignName]) -> dict[tuple[int | str, str], int]:
        if not names:
            return {}
        rows = (
            Campaign.objects.filter(self.own("brand"), external_id__in={name.external_id for name in names})
            .exclude(external_id="")
            .values_list("pk", "external_id", "brand_id", "brand__name")
            .order_by()
        )
        known: dict[tuple[int | str, str], int] = {}
        for pk, external_id, brand_id, brand_name in rows:
            known[brand_id, external_id] = known[brand_name, external_id] = pk
        return known


def reach_of(person: AbstractBaseUser | AnonymousUser) -> Reach:
    """Return the brands that a person may see and touch: superusers all, others all unless they are limited."""
    kept = getattr(person, _KEPT_AS, None)
    if isinstance(kept, Reach):
        return kept
    reach = _read_reach(person)
    setattr(person, _KEPT_AS, reach)
    return reach


def _read_reach(person: AbstractBaseUser | AnonymousUser) -> Reach:
    if not isinstance(person, User):
        return Reach(frozenset())
    if person.is_superuser:
        return Reach()
    limit = BrandLimit.objects.filter(person=person).first()
    return Reach() if limit is None else Reach(frozenset(limit.brands.order_by().values_list("pk", flat=True)))


def _key(number: int) -> int:
    """Return the number if a row may have it; otherwise one that no row has."""
    return number if 0 < number <= LARGEST_KEY else 0


def _no_campaign_of(name: CampaignName) -> NotFound:
    sentence = f"There is no campaign with external id {name.external_id!r} in brand {name.brand!r}."
    return NotFound(sentence, field="campaign")
