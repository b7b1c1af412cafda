"""Who there is in the demo agency: its clients, their campaigns, and the state that each is in at the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import Enum, auto

from campaigns.rules.dayparting import EVERY_DAY, Weekday, Window

_WORKDAYS = frozenset(Weekday) - {Weekday.SATURDAY, Weekday.SUNDAY}


class Ending(Enum):
    """How a brand or a campaign stands at the moment at which the demo is loaded, whatever the hour."""

    UNDISTURBED = auto()
    NEARLY_USED_TODAY = auto()
    USED_TODAY = auto()
    USED_THIS_MONTH = auto()
    SWITCHED_OFF = auto()
    STARTS_LATER = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """A campaign of the demo.

    :param a_day: what it spends on an ordinary day, in whole units of the brand's currency.
    :param is_reported: its platform reports totals of days, instead of single spends.
    """

    name: str
    a_day: int
    source: str
    ending: Ending = Ending.UNDISTURBED
    daily_budget: int | None = None
    monthly_budget: int | None = None
    windows: tuple[Window, ...] | None = None
    is_reported: bool = False


@dataclass(frozen=True, slots=True)
class BrandPlan:
    """A client of the demo agency."""

    name: str
    time_zone: str
    currency: str
    campaigns: tuple[CampaignPlan, ...]
    ending: Ending = Ending.UNDISTURBED
    daily_budget: int | None = None
    monthly_budget: int | None = None


def _hours(start: int, end: int, weekdays: frozenset[Weekday] = EVERY_DAY) -> tuple[Window, ...]:
    return (Window(weekdays, time(start), time(end)),)


# Two brands stand just below their daily budget, half a day apart: at any hour one of them has many hours to go until
# its midnight, so that somebody who loads the demo has time to try what happens.
#
# Of two campaigns with complementary windows, one is outside its hours at any moment, and the other one runs.
AGENCY = (
    BrandPlan(
        "Larkspur Coffee",
        "America/New_York",
        "USD",
        (
            CampaignPlan("Search - Brand Terms", 260, "google_ads"),
            CampaignPlan("Social - Cold Brew", 210, "meta"),
            CampaignPlan("Video - Meet the Roasters", 120, "tiktok"),
        ),
        ending=Ending.NEARLY_USED_TODAY,
        daily_budget=1_000,
        monthly_budget=30_000,
    ),
    BrandPlan(
        "Kumo Stationery",
        "Asia/Tokyo",
        "JPY",
        (
            CampaignPlan("Search - Notebooks", 42_000, "google_ads"),
            CampaignPlan("Display - Back to School", 25_000, "line_ads"),
        ),
        ending=Ending.NEARLY_USED_TODAY,
        daily_budget=120_000,
        monthly_budget=3_000_000,
    ),
    BrandPlan(
        "Pennywhistle Toys",
        "Europe/London",
        "GBP",
        (
            CampaignPlan("Shopping - Wooden Trains", 260, "google_ads"),
            CampaignPlan("Video - Unboxing", 210, "meta"),
        ),
        ending=Ending.USED_TODAY,
        daily_budget=450,
        monthly_budget=15_000,
    ),
    BrandPlan(
        "Alpenrad",
        "Europe/Berlin",
        "EUR",
        (
            CampaignPlan("Suche - E-Bikes", 320, "google_ads"),
            CampaignPlan("Social - Werkstatt", 150, "meta"),
        ),
        ending=Ending.USED_THIS_MONTH,
        monthly_budget=9_000,
    ),
    BrandPlan(
        "Southern Cross Surf",
        "Australia/Sydney",
        "AUD",
        (
            CampaignPlan("Search - Surf Lessons", 140, "google_ads", Ending.USED_TODAY, daily_budget=140),
            CampaignPlan("Social - Wetsuits", 80, "meta", Ending.USED_THIS_MONTH, monthly_budget=1_500),
            CampaignPlan("Video - Longboard Film", 60, "tiktok", Ending.SWITCHED_OFF),
            CampaignPlan("Shopping - Boards", 190, "microsoft_ads", is_reported=True),
        ),
        monthly_budget=25_000,
    ),
    BrandPlan(
        "Himal Treks",
        "Asia/Kathmandu",
        "USD",
        (
            CampaignPlan("Search - Base Camp", 95, "google_ads", daily_budget=300),
            CampaignPlan("Social - Festival Offer", 70, "meta", Ending.ENDED),
            CampaignPlan("Social - Early Bird Offer", 70, "meta", Ending.STARTS_LATER),
        ),
        daily_budget=800,
        monthly_budget=12_000,
    ),
    BrandPlan(
        "Mesa Solar",
        "America/Los_Angeles",
        "USD",
        (
            CampaignPlan("Leads - Daytime", 240, "google_ads", windows=_hours(7, 19)),
            CampaignPlan("Leads - Night Owls", 130, "meta", windows=_hours(19, 7)),
            CampaignPlan("Search - Call Centre Hours", 180, "microsoft_ads", windows=_hours(9, 17, _WORKDAYS)),
        ),
        daily_budget=2_000,
        monthly_budget=40_000,
    ),
    BrandPlan(
        "Rio Verde Foods",
        "America/Sao_Paulo",
        "BRL",
        (
            CampaignPlan("Social - Recipes", 220, "meta"),
            CampaignPlan("Search - Home Delivery", 310, "google_ads"),
        ),
        ending=Ending.SWITCHED_OFF,
        daily_budget=1_500,
    ),
)
