"""Makes the database of a whole system: tables, a key for everything, three brands with two campaigns each.

A program of its own, `python -m tests.faults.desk`, because the tests' own process is on another database. It prints
what it made as JSON, which `Desk.parse` reads.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass

# No budget; a brand that its spend will stop; a campaign that its spend will stop.
BRANDS = (("Acme", None, None), ("Bolt", "40.00", None), ("Crane", None, "20.00"))
KEY_OF_EVERYTHING = "faults"
# More than any test sends.
REQUESTS_PER_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Desk:
    """What there is in a new system.

    :param key: of the API, for everything.
    :param brands: their numbers, by name: Acme has no budget, Bolt has 40 a day, Crane has none.
    :param campaigns: their numbers, by brand and name, such as `Acme/Search`. Crane's first one has 20 a day.
    """

    key: str
    brands: dict[str, int]
    campaigns: dict[str, int]

    @classmethod
    def parse(cls, text: str) -> Desk:
        """This will read what the program printed."""
        return cls(**json.loads(text))


def main() -> None:
    """This will make all of it in the database of the environment, and print it."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.proof import auditor

    call_command("migrate", interactive=False, verbosity=0)
    sys.stdout.write(json.dumps(asdict(_make())))
    if connection.vendor == "postgresql":
        # From here on nobody commits a counter that differs from its ledger, whoever is killed while he tries.
        auditor.install()


def _make() -> Desk:
    from django.utils import timezone

    from campaigns.models import Scope
    from campaigns.services import create_api_key, create_brand, create_campaign

    now = timezone.now()
    desk = Desk(
        key=create_api_key(
            name=KEY_OF_EVERYTHING,
            scopes=tuple(Scope),
            every_brand=True,
            requests_per_minute=REQUESTS_PER_MINUTE,
            now=now,
        ).secret,
        brands={},
        campaigns={},
    )
    for name, of_brand, of_campaign in BRANDS:
        brand = create_brand(name=name, daily_budget=of_brand, now=now)
        desk.brands[name] = brand.pk
        for campaign, budget in (("Search", of_campaign), ("Video", None)):
            made = create_campaign(brand_id=brand.pk, name=campaign, daily_budget=budget, now=now)
            desk.campaigns[f"{name}/{campaign}"] = made.pk
    return desk


if __name__ == "__main__":
    main()
