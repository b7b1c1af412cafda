"""Finding what a person names."""

from __future__ import annotations

from campaigns.errors import AmbiguousName, NotFound
from campaigns.models import Brand, Campaign


def find_brand(name: str) -> Brand:
    """Return the brand of that name.

    :raises NotFound: if there is none; the sentence names brands that there are.
    """
    brand = Brand.objects.filter(name=name.strip()).first()
    if brand is None:
        raise NotFound(f"There is no brand called {name[:80]!r}. {_known_brands()}", field="brand")
    return brand


def find_campaign(path: str) -> Campaign:
    """Return the campaign named `BRAND/CAMPAIGN`. Names may have slashes themselves; every reading is tried.

    :raises NotFound: if no reading names a campaign.
    :raises AmbiguousName: if several do.
    """
    parts = path.split("/")
    if len(parts) < 2:
        raise NotFound(f"{path[:80]!r} names no campaign: write BRAND/CAMPAIGN, such as 'Acme/Search'.")
    readings = [("/".join(parts[:cut]).strip(), "/".join(parts[cut:]).strip()) for cut in range(1, len(parts))]
    found = [
        campaign
        for brand_name, name in readings
        for campaign in Campaign.objects.select_related("brand").filter(brand__name=brand_name, name=name)
    ]
    if len(found) > 1:
        raise AmbiguousName(f"{path[:80]!r} can be read as {len(found)} campaigns: rename one of them.")
    if not found:
        raise _no_campaign(path, [brand_name for brand_name, _ in readings])
    return found[0]


def _no_campaign(path: str, brand_names: list[str]) -> NotFound:
    brand = Brand.objects.filter(name__in=brand_names).first()
    if brand is None:
        return NotFound(f"There is no brand for {path[:80]!r}. {_known_brands()}", field="campaign")
    names = list(brand.campaigns.order_by("name").values_list("name", flat=True)[:10])
    has = f"It has: {', '.join(names)}." if names else "It has none."
    return NotFound(f"{brand} has no campaign as in {path[:80]!r}. {has}", field="campaign")


def _known_brands() -> str:
    names = list(Brand.objects.order_by("name").values_list("name", flat=True)[:10])
    return f"There are: {', '.join(names)}." if names else "There is no brand yet."
