"""The steps that people, platforms and the beat take, as plain texts: one vocabulary for whoever makes them up.

What a step says about time is relative (`yesterday`, `ahead`), and means what it means at the moment of the step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from tests.proof.oracle import DAY, MONTH, ONE_DAY, TICK, TOLERANCE, Oracle, period_of

Windows = Sequence[tuple[Sequence[int], time, time]]

EVERY_DAY = tuple(range(7))
ZONES = (
    "America/New_York",
    "Asia/Kathmandu",
    # Clocks go back over midnight, so the wall shows a date a second time; and forward over it: a day without one.
    "America/Santiago",
    "Africa/Cairo",
    "Pacific/Honolulu",
    "Pacific/Kiritimati",
)
# Each just before something: the end of a month, a year, February; a change of clocks in New York, Cairo, Santiago.
STARTS = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in (
        "2026-11-20T17:00:00",
        "2026-10-31T15:55:00",
        "2026-04-23T20:30:00",
        "2026-04-04T23:30:00",
        "2026-12-31T04:58:00",
        "2027-02-28T09:59:59",
    )
)
AMOUNTS = ("0.01", "4.00", "10.00", "60.00", "33.333333", "-5.00", "-40.00")
TOTALS = ("0", "10.00", "25.50", "70.00", "99.999999")
LIMITS = ("", "0", "10.00", "50.00", "100.00", "500.00")
REFERENCES = ("", "", "", "r1", "r2", "R1")
WHENS = ("", "", "now", "ahead", "too_far", "hour_ago", "yesterday", "midnight", "tomorrow", "last_month", "reset")
ADVANCES = ("second", "minute", "quarter", "hour", "before_midnight", "midnight", "day", "three_days", "month_end")
SOURCES = ("google", "meta")
SCHEDULES: dict[str, Windows | None] = {
    "any": None,
    "never": (),
    "office": ((tuple(range(5)), time(9), time(17)),),
    "night": ((EVERY_DAY, time(22), time(6)),),
    "split": ((EVERY_DAY, time(0), time(3)), ((0, 2, 4, 6), time(12), time(23, 45))),
    "whole_days": (((1, 3, 5), time(0), time(0)),),
}
FLIGHTS = ("none", "today", "tomorrow_on", "until_today", "over")
TASKS = ("enforce_dayparting", "enforce_budgets", "reset_daily_spends", "reset_monthly_spends", "check_ledger", "tick")
# How far the `now` of a task, or of a slow worker's spend, lies behind: it can be no more than clocks differ.
AGES = ("0", "0", "1", "240", "299")
# Where the power is cut: the function, after which it never comes back.
CRASHES = (
    "campaigns.models.spend.SpendLogQuerySet.append",
    "campaigns.services.posting._count",
    "campaigns.services.periods._land",
    "campaigns.services.rollover._put",
    "campaigns.services.delivery._store",
    "campaigns.services.delivery._remember_moment",
    "campaigns.services.schedules._replace",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step. Which fields count depends on `do`; `who` is a number that is cut to those there are."""

    do: str
    who: int = 0
    amount: str = ""
    when: str = ""
    reference: str = ""
    value: str = ""
    age: int = 0
    crash: str = ""

    def as_json(self) -> dict[str, str | int]:
        """Return the fields that say something."""
        return {name: value for name, value in asdict(self).items() if value}


# What a step needs: by the name of the field, what it may hold.
VOCABULARY: dict[str, dict[str, Sequence[str]]] = {
    "advance": {"value": ADVANCES},
    "spend": {"amount": AMOUNTS, "when": WHENS, "reference": REFERENCES, "age": AGES},
    "batch": {"amount": AMOUNTS, "when": WHENS, "reference": REFERENCES},
    # An earlier spend's reference again; what is left empty stays as it was.
    "replay": {"amount": ("", "", "4.00", "10.00"), "when": ("", "same", "hour_ago")},
    "correct": {"amount": (*AMOUNTS, "0", "0")},
    "reverse": {},
    "report": {"amount": TOTALS, "when": ("-2", "-1", "0", "0", "1"), "reference": SOURCES},
    "brand_limit": {"value": (DAY, MONTH), "amount": LIMITS},
    "campaign_limit": {"value": (DAY, MONTH), "amount": LIMITS},
    "zone": {"value": ZONES},
    "brand_switch": {"value": ("on", "off")},
    "campaign_switch": {"value": ("on", "off")},
    "flight": {"value": FLIGHTS},
    "windows": {"value": tuple(SCHEDULES)},
    "new_campaign": {"value": ("on", "off")},
    "load_form": {},
    "save_form": {"value": (DAY, MONTH, "switch"), "amount": LIMITS},
    "brand_reset": {"value": (DAY, MONTH)},
    "campaign_reset": {"value": (DAY, MONTH)},
    "rebuild": {},
    "task": {"value": TASKS, "when": ("0", "1", "1", "2", "3"), "age": AGES},
}
# Each story begins with budgets that a spend or two can use up, and a credit or a correction can free again.
OPENING = (
    Step("brand_limit", 0, "50.00", value=DAY),
    Step("brand_limit", 1, "100.00", value=MONTH),
    Step("campaign_limit", 0, "10.00", value=DAY),
    Step("campaign_limit", 1, "60.00", value=MONTH),
)
# Spends and time make the trouble.
WEIGHTS = {"advance": 4, "spend": 7, "correct": 2, "reverse": 3, "task": 4}


def make_step(do: str, who: int, crash: str, choose: Callable[[Sequence[str]], str]) -> Step:
    """This will make up a step of that kind; `choose` picks one of several texts."""
    chosen = {name: choose(texts) for name, texts in VOCABULARY[do].items()}
    return step_of(do, who=who, crash=crash, **chosen)


def step_of(do: str, *, who: int = 0, age: str = "0", amount: str = "", when: str = "", **more: str) -> Step:
    """This will return the step of which the fields are given as texts."""
    return Step(
        do, who, amount, when, more.get("reference", ""), more.get("value", ""), int(age), more.get("crash", "")
    )


def random_steps(seed: int, count: int) -> list[Step]:
    """This will make up steps, the same ones for the same seed."""
    dice = Random(seed)
    kinds = [kind for kind in VOCABULARY for _ in range(WEIGHTS.get(kind, 1))]
    return [
        make_step(dice.choice(kinds), dice.randrange(12), dice.choice(("",) * 30 + CRASHES), dice.choice)
        for _ in range(count)
    ]


def advanced(now: datetime, how: str, zone: str) -> datetime:
    """This will return the moment to which time moves on."""
    seconds = {"second": 1, "minute": 60, "quarter": 900, "hour": 3600, "day": 86400, "three_days": 3 * 86400}
    if how in seconds:
        return now + timedelta(seconds=seconds[how])
    if how == "month_end":
        return max(now, period_of(MONTH, now, zone)[1] - timedelta(minutes=1))
    midnight = period_of(DAY, now, zone)[1]
    return max(now, midnight - timedelta(seconds=90)) if how == "before_midnight" else midnight


def moment_of(when: str, now: datetime, key: int, oracle: Oracle) -> datetime | None:
    """This will return the moment that a spend gives for itself."""
    campaign = oracle.campaigns[key]
    today, tomorrow = period_of(DAY, now, oracle.zone_of(campaign))
    moments = {
        "now": now,
        "ahead": now + TOLERANCE,
        "too_far": now + TOLERANCE + TICK,
        "hour_ago": now - timedelta(hours=1),
        "yesterday": today - timedelta(seconds=1),
        "midnight": today,
        "tomorrow": tomorrow,
        "last_month": period_of(MONTH, now, oracle.zone_of(campaign))[0] - TICK,
        # The edge that only a reset by hand has.
        "reset": min(now, max(campaign.began[DAY], today)),
    }
    return moments.get(when)


def flight_of(name: str, today: date) -> tuple[date | None, date | None]:
    """This will return the first and the last day of the flight."""
    flights = {
        "none": (None, None),
        "today": (today, today),
        "tomorrow_on": (today + ONE_DAY, None),
        "until_today": (None, today),
        "over": (today - 9 * ONE_DAY, today - ONE_DAY),
    }
    return flights[name]
