"""A desk to visit: the demo agency, people, and a web server on a database of its own.

The rows are made by a program, `python -m tests.browser.desk`, because the tests' own process is on another database.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import datetime

from tests.plugin.runs import ROOT
from tests.processes import Installation

PASSWORD = "a-long-password-of-the-tests"
# Sees everything; manages one brand; only reads.
MIA, LEE, ANA = "mia", "lee", "ana"
PEOPLE = (MIA, LEE, ANA)
OWN_BRAND, OTHER_BRAND = "Larkspur Coffee", "Kumo Stationery"
# Sixty characters that nothing breaks, and a name that runs the other way.
LONG_BRAND = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauamt"
LONG_CAMPAIGN = "Unternehmenssteuerfortentwicklungsgesetzesaenderungsentwuerf"
RIGHT_TO_LEFT = "\u05de\u05d1\u05e6\u05e2 \u05d7\u05d5\u05e8\u05e3 2026 - \u05e9\u05d9\u05d5\u05d5\u05e7"
RIGHT_TO_LEFT_BRAND = "\u05d1\u05d9\u05ea \u05e7\u05e4\u05d4 \u05e6\u05e4\u05d5\u05df (Tel Aviv) 24/7"
EMPTY_BRAND = "Nothing Yet"
EXTREME_BRANDS = (LONG_BRAND, RIGHT_TO_LEFT_BRAND, EMPTY_BRAND)
MANY_CAMPAIGNS = 200
EXTREMES = "--extremes"
SECONDS_TO_MAKE = 120.0


@dataclass(frozen=True, slots=True)
class Rows:
    """Where to look: the keys of a brand, of a campaign that is held, of an entry, and of a row of the other brand."""

    brand: int
    campaign: int
    entry: int
    other_brand: int
    other_campaign: int
    long_brand: int = 0
    long_campaign: int = 0
    many_brand: int = 0
    empty_brand: int = 0


@dataclass(frozen=True, slots=True)
class ServedDesk:
    """A desk that answers, and what is in it."""

    address: str
    rows: Rows


def open_desk(installation: Installation, *, with_extremes: bool = False) -> ServedDesk:
    """This will fill a database with migrated tables, start the web server and wait until it answers.

    :param with_extremes: brands, too, whose names and amounts are as long as they get, with 200 campaigns, and without.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.desk", *([EXTREMES] if with_extremes else [])],
        cwd=ROOT,
        env=installation.environment,
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_MAKE,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"no desk could be made:\n{done.stdout}{done.stderr}")
    installation.start("web")
    address = f"http://localhost:{installation.web_address.port}"
    return ServedDesk(address, Rows(**json.loads(done.stdout)))


def main() -> None:
    """This will make all of it in the database of the environment, and print where to look."""
    import django

    django.setup()
    from django.utils import timezone

    from campaigns.demo import load_agency

    load_agency(now=timezone.now())
    if EXTREMES in sys.argv:
        _make_extremes(timezone.now())
    _make_people()
    sys.stdout.write(json.dumps(asdict(_find_rows())))


def _make_extremes(now: datetime) -> None:
    from campaigns.services import create_brand, create_campaign, record_spend

    create_brand(name=EMPTY_BRAND, now=now)
    brand = create_brand(name=LONG_BRAND, daily_budget="999999999999.99", monthly_budget="999999999999.99", now=now)
    for name in (LONG_CAMPAIGN, RIGHT_TO_LEFT):
        campaign = create_campaign(brand_id=brand.pk, name=name, daily_budget="123456789012.34", now=now)
        record_spend(campaign_id=campaign.pk, amount="123456789012.34", description=LONG_CAMPAIGN, now=now)
    _make_many(now)


def _make_many(now: datetime) -> None:
    """Make a brand with so many campaigns that no page shows them all: every third has a name from right to left."""
    from campaigns.services import NewSpend, create_brand, create_campaign, record_spends

    brand = create_brand(
        name=RIGHT_TO_LEFT_BRAND, currency="KRW", daily_budget="150000000000", monthly_budget="900000000000", now=now
    )
    spends = []
    for number in range(MANY_CAMPAIGNS):
        name = f"{number:03} {RIGHT_TO_LEFT if number % 3 == 0 else LONG_CAMPAIGN[: 20 + number % 36]}"
        campaign = create_campaign(brand_id=brand.pk, name=name, daily_budget="2000000000", now=now)
        spends.append(NewSpend(campaign_id=campaign.pk, amount=str(1_000_000_000 + number * 7_000_000)))
    record_spends(spends=spends, now=now)


def _make_people() -> None:
    from django.contrib.auth.models import Group, User

    from campaigns.models import Brand
    from campaigns.services.people import ACCOUNT_MANAGER, ANALYST, create_groups, limit_person

    create_groups()
    User.objects.create_superuser(MIA, password=PASSWORD, first_name="Mia")
    for name, group in ((LEE, ACCOUNT_MANAGER), (ANA, ANALYST)):
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True, first_name=name.capitalize())
        user.groups.set([Group.objects.get(name=group.name)])
    limit_person(
        person_id=User.objects.get(username=LEE).pk, brand_ids=[Brand.objects.get(name=OWN_BRAND).pk], actor=MIA
    )


def _find_rows() -> Rows:
    from campaigns.models import Brand, Campaign, SpendLog

    own, other = Brand.objects.get(name=OWN_BRAND), Brand.objects.get(name=OTHER_BRAND)
    campaigns = Campaign.objects.order_by("pk")
    held = campaigns.filter(paused_because="outside_windows").first() or campaigns[0]
    long_campaign = campaigns.filter(name=LONG_CAMPAIGN)
    extremes = dict(Brand.objects.filter(name__in=EXTREME_BRANDS).values_list("name", "pk"))
    return Rows(
        brand=own.pk,
        campaign=held.pk,
        entry=SpendLog.objects.filter(campaign__brand=own, corrects=None).latest("pk").pk,
        other_brand=other.pk,
        other_campaign=campaigns.filter(brand=other)[0].pk,
        long_brand=extremes.get(LONG_BRAND, 0),
        long_campaign=sum(long_campaign.values_list("pk", flat=True)),
        many_brand=extremes.get(RIGHT_TO_LEFT_BRAND, 0),
        empty_brand=extremes.get(EMPTY_BRAND, 0),
    )


if __name__ == "__main__":
    main()
