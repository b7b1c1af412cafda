"""The campaign book: whose campaigns the rows of a file name."""

from __future__ import annotations

from collections.abc import Mapping

from campaigns.errors import NotFound
from campaigns.models import Brand, Campaign
from campaigns.rules.texts import NAME_LENGTH
from campaigns.services.imports.rows import Named, Reading


class CampaignBook:
    """The brand's campaigns by what a file calls them: the platform's id goes before the name.

    :param names: what the file calls its ids, as far as it was read. A campaign of that name and without an id of its
        own is the one that is meant.
    """

    def __init__(self, brand: Brand, names: Mapping[str, str] | None = None) -> None:
        self.brand = brand
        self.names = names if names is not None else {}
        self._by_external_id: dict[str, int] = {}
        self._by_name: dict[str, int] = {}
        self._without_id: dict[str, int] = {}
        for campaign in Campaign.objects.filter(brand=brand).only("name", "external_id"):
            self.add(campaign)

    def add(self, campaign: Campaign) -> None:
        """Enter a campaign of the brand."""
        self._by_name[campaign.name] = campaign.pk
        if campaign.external_id:
            self._by_external_id[campaign.external_id] = campaign.pk
        else:
            self._without_id[campaign.name] = campaign.pk

    def find(self, value: str) -> int | None:
        """Return the campaign's key, or None if the brand has no such campaign."""
        key = self._by_external_id.get(value, self._by_name.get(value))
        return self._without_id.get(self.names.get(value, "")) if key is None else key

    def new_name(self, value: str) -> str:
        """Return a name for a campaign to create, which no other of the brand has."""
        name = self.names.get(value, value)
        return f"{name[: NAME_LENGTH - len(value) - 3]} ({value})" if name in self._by_name else name

    def key_of(self, value: str) -> int:
        """Return the campaign's key.

        :raises NotFound: if the brand has no such campaign.
        """
        key = self.find(value)
        if key is None:
            raise NotFound(f"{self.brand} has no campaign with the id or name {value!r}.", field="campaign")
        return key

    def missing(self, reading: Reading) -> dict[str, Named]:
        """Return what the file names and the brand does not have, in the order of the file."""
        return {value: named for value, named in reading.campaigns.items() if self.find(value) is None}
