"""Reach: the brands that a program may see. What lies outside is answered like what does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from campaigns.errors import NotFound
from campaigns.models import LARGEST_KEY, Brand, Campaign, SpendLog


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
        return self._one(campaign_id, self._known_numbers([campaign_id]), {})

    def of_entry(self, entry_id: int) -> int:
        """Return the spend entry's number.

        :raises NotFound: if there is no such entry within reach.
        """
        if not SpendLog.objects.filter(self.own("campaign__brand"), pk=_key(entry_id)).exists():
            raise NotFound(f"There is no spend entry with number {entry_id}.", field="entry")
        return entry_id

    def of_campaigns(self, wanted: Sequence[int | CampaignName]) -> list[int | NotFound]:
        """Return, for each wanted campaign in order, its number or the refusal; two queries, however many."""
        numbers = self._known_numbers([one for one in wanted if isinstance(one, int)])
        names = self._known_names([one for one in wanted if isinstance(one, CampaignName)])
        found: list[int | NotFound] = []
        for one in wanted:
            try:
                found.append(self._one(one, numbers, names))
            except NotFound as refusal:
                found.append(refusal)
        return found

    def own(self, path: str) -> Q:
        """Return the condition that keeps what is within reach, where `path` leads to the brand."""
        return Q() if self.brand_ids is None else Q(**{f"{path}__in": self.brand_ids})

    def _known_numbers(self, numbers: Sequence[int]) -> frozenset[int]:
        keys = {_key(number) for number in numbers}
        known = Campaign.objects.filter(self.own("brand"), pk__in=keys).values_list("pk", flat=True).order_by()
        return frozenset(known) if keys else frozenset()

    def _known_names(self, names: Sequence[CampaignName]) -> dict[tuple[int | str, str], int]:
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

    def _one(
        self,
        wanted: int | CampaignName,
        numbers: frozenset[int],
        names: dict[tuple[int | str, str], int],
    ) -> int:
        if isinstance(wanted, int):
            if wanted in numbers:
                return wanted
            raise NotFound(f"There is no campaign with number {wanted}.", field="campaign")
        known = names.get((wanted.brand, wanted.external_id))
        if known is None:
            sentence = f"There is no campaign with external id {wanted.external_id!r} in brand {wanted.brand!r}."
            raise NotFound(sentence, field="campaign")
        return known


def _key(number: int) -> int:
    """Return the number if a row may have it; otherwise one that no row has."""
    return number if 0 < number <= LARGEST_KEY else 0
