"""`manage.py status`: all brands and campaigns on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.management.base import CommandParser
from rich import box
from rich.table import Table
from rich.text import Text

from campaigns.errors import InvalidTimeZone
from campaigns.management.arguments import read_text
from campaigns.management.base import DeskCommand, Json
from campaigns.management.receipts import uses_facts
from campaigns.models import Status
from campaigns.queries import BrandStatus, CampaignStatus, brand_statuses, find_brand
from campaigns.rules.budgets import BudgetUse
from campaigns.rules.money import format_amount
from campaigns.rules.periods import find_zone

COLOURS = {Status.ACTIVE: "green", Status.PAUSED: "yellow", Status.INACTIVE: "bright_black"}


class Command(DeskCommand):
    help = (
        "Shows every brand with its campaigns: what was spent today and this month, of\n"
        "which budget, what runs, what holds the rest, and when that changes by itself\n"
        "(in the brand's own time). A campaign is active (it runs), paused (switched on,\n"
        "but held by what is shown) or inactive (switched off by a person)."
    )
    examples = ("status", "status --brand Acme", "status --json")
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--brand", type=read_text, metavar="NAME", help="only this brand")

    def handle(self, *, brand: str | None, as_json: bool, now: datetime, **options: object) -> None:
        brand_ids = None if brand is None else [find_brand(brand).pk]
        statuses = brand_statuses(now=now, brand_ids=brand_ids)
        if as_json:
            self.say_json({"now": now, "brands": [_brand_facts(status) for status in statuses]})
        elif statuses:
            self.say_table(_table(statuses))
        else:
            self.say("There is no brand yet: add one in the admin, or run manage.py load_demo.")


def _table(statuses: Sequence[BrandStatus]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Brand / campaign", ratio=4, overflow="fold")
    table.add_column("State")
    for title in ("Today", "Used", "This month", "Used"):
        table.add_column(title, justify="right")
    table.add_column("Held by", ratio=3)
    table.add_column("Next change, in the brand's time")
    for brand in statuses:
        zone = _readable_zone(brand.time_zone)
        table.add_row(*_brand_cells(brand), style="bold")
        for campaign in brand.campaigns:
            table.add_row(*_campaign_cells(campaign, zone, brand.currency))
        table.add_section()
    return table


def _brand_cells(brand: BrandStatus) -> list[Text]:
    name = Text(f"{brand.name} ({brand.currency})")
    state = Text("on") if brand.is_enabled else Text("off", style=COLOURS[Status.INACTIVE])
    running = Text(f"{brand.running} of {len(brand.campaigns)} running")
    return [
        name,
        state,
        *_use_cells(brand.uses.day, brand.currency),
        *_use_cells(brand.uses.month, brand.currency),
        running,
        Text(brand.time_zone),
    ]


def _campaign_cells(campaign: CampaignStatus, zone: ZoneInfo | None, currency: str) -> list[Text]:
    name = Text(f"  {campaign.name}")
    state = Text(campaign.status, style=COLOURS[campaign.status])
    held = Text(", ".join(blocker.label for blocker in campaign.blockers))
    change = Text(_moment(campaign, zone))
    return [
        name,
        state,
        *_use_cells(campaign.uses.day, currency),
        *_use_cells(campaign.uses.month, currency),
        held,
        change,
    ]


def _use_cells(use: BudgetUse, currency: str) -> list[Text]:
    """Return two cells: spent of limit, and the share of it that is used."""
    spent = format_amount(use.spent, currency)
    if use.limit is None:
        return [Text(spent), Text()]
    percent = use.used_percent
    colour = "red" if use.is_used_up else "yellow" if use.is_nearly_used_up else ""
    share = "" if percent is None else f"{percent} %"
    return [Text(f"{spent} of {format_amount(use.limit, currency)}"), Text(share, style=colour)]


def _moment(campaign: CampaignStatus, zone: ZoneInfo | None) -> str:
    if campaign.next_change is None or zone is None:
        return ""
    return f"{campaign.next_change.at.astimezone(zone):%a %d %b %H:%M}"


def _readable_zone(name: str) -> ZoneInfo | None:
    try:
        return find_zone(name)
    except InvalidTimeZone:
        return None


def _brand_facts(brand: BrandStatus) -> Json:
    return {
        "name": brand.name,
        "currency": brand.currency,
        "time_zone": brand.time_zone,
        "is_enabled": brand.is_enabled,
        "running": brand.running,
        **uses_facts(brand.uses),
        "campaigns": [_campaign_facts(campaign) for campaign in brand.campaigns],
    }


def _campaign_facts(campaign: CampaignStatus) -> Json:
    change = campaign.next_change
    return {
        "name": campaign.name,
        "status": campaign.status,
        "blockers": list(campaign.blockers),
        "next_change": None if change is None else {"at": change.at, "blocker": change.blocker},
        **uses_facts(campaign.uses),
    }
