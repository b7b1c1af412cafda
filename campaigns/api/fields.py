"""What requests are made of: fields whose rules say what is wrong, and nothing that is guessed or rounded."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, WithJsonSchema
from pydantic_core import PydanticCustomError

from campaigns.errors import InvalidAmount, InvalidMoment, InvalidText, InvalidWindow, Refusal
from campaigns.queries.reach import CampaignName
from campaigns.rules.dayparting import Weekday, Window
from campaigns.rules.money import parse_budget, parse_total
from campaigns.rules.periods import check_flight_day, parse_moment
from campaigns.rules.texts import parse_name

_Value = TypeVar("_Value")

MOST_WINDOWS = 100

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


class Facts(BaseModel):
    """A body, or a part of one. A field that it does not know is an error, not something to overlook."""

    model_config = ConfigDict(extra="forbid")

    def given(self) -> dict[str, Any]:
        """This will return the fields that the request has, and no other."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def rule(read: Callable[[object], _Value]) -> BeforeValidator:
    """This will return a validator that says no in the words of a refusal."""

    def validate(value: object) -> _Value:
        try:
            return read(value)
        except Refusal as refusal:
            raise PydanticCustomError(
                "refused", "{sentence}", {"sentence": str(refusal), "code": refusal.code}
            ) from refusal

    return BeforeValidator(validate)


def _exact_number(value: object) -> str | int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        shown = "This" if isinstance(value, bool | list | dict) or value is None else f"{value!r}"
        raise InvalidAmount(f"{shown} is not an exact amount: write it as text, such as '12.50'.")
    return value


def _budget(value: object) -> Decimal | None:
    if value == "":
        raise InvalidAmount("This budget is empty: send null for no limit, or an amount, such as '500.00'.")
    return None if value is None else parse_budget(_exact_number(value))


def _total(value: object) -> Decimal:
    return parse_total(_exact_number(value))


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidMoment("This is not a moment: write it as text, such as '2026-11-20T14:30:00+01:00'.")
    return parse_moment(value)


def _day(value: object) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # a month 13, say: the sentence below
    raise InvalidMoment("This is not a day: write it as text, such as '2026-11-20'.")


def _flight_day(value: object) -> date | None:
    if value is None:
        return None
    # Which field it is, the place of the error says.
    return check_flight_day(_day(value), field="")


def _clock(value: object) -> time:
    if isinstance(value, str) and _CLOCK.fullmatch(value):
        return time.fromisoformat(value)
    raise InvalidWindow("This is not a time of the day: write it as text, from '00:00' to '23:59'.")


def _end_clock(value: object) -> time:
    return time() if value == "24:00" else _clock(value)


def _campaign(value: object) -> int | CampaignName:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, dict) and value.keys() == {"brand", "external_id"}:
        brand, external_id = value["brand"], value["external_id"]
        if isinstance(brand, int | str) and not isinstance(brand, bool) and isinstance(external_id, str):
            name = brand if isinstance(brand, int) else parse_name(brand, field="brand")
            return CampaignName(name, parse_name(external_id, field="external_id"))
    raise InvalidText(
        "This names no campaign: give its number, or its brand (number or name) and external id, "
        "such as {'brand': 'Acme', 'external_id': '4711'}."
    )


_AMOUNT = {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$", "examples": ["12.50"]}
_TOTAL = {"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,6})?$", "examples": ["12.50"]}
_BUDGET = {"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,2})?$", "examples": ["500.00"]}
_WHOLE = {"type": "integer", "minimum": 0}
_DAY_SCHEMA = {"type": "string", "format": "date"}
_CLOCK_SCHEMA = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["08:00"]}

Amount = Annotated[str | int, rule(_exact_number), WithJsonSchema({"anyOf": [_AMOUNT, {"type": "integer"}]})]
Total = Annotated[Decimal, rule(_total), WithJsonSchema({"anyOf": [_TOTAL, _WHOLE]})]
Budget = Annotated[Decimal | None, rule(_budget), WithJsonSchema({"anyOf": [_BUDGET, _WHOLE, {"type": "null"}]})]
Moment = Annotated[
    datetime | None,
    rule(_moment),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}),
]
Day = Annotated[date, rule(_day), WithJsonSchema(_DAY_SCHEMA)]
FlightDay = Annotated[date | None, rule(_flight_day), WithJsonSchema({"anyOf": [_DAY_SCHEMA, {"type": "null"}]})]
CampaignRef = Annotated[
    # Its validator returns one of ours; pydantic has no more to say about it.
    InstanceOf[int] | InstanceOf[CampaignName],
    rule(_campaign),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer"},
                {
                    "type": "object",
                    "properties": {
                        "brand": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                        "external_id": {"type": "string"},
                    },
                    "required": ["brand", "external_id"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class DayOfWeek(StrEnum):
    """A weekday as JSON has it."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class WindowFacts(Facts):
    """Hours in which a campaign may run, on some weekdays: wall clock of the brand's zone, [start, end)."""

    weekdays: list[DayOfWeek] = Field(min_length=1, max_length=7)
    start: Annotated[time, rule(_clock), WithJsonSchema(_CLOCK_SCHEMA)]
    end: Annotated[
        time,
        rule(_end_clock),
        WithJsonSchema({**_CLOCK_SCHEMA, "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"}),
    ] = Field(description="Not after the start: on the next day.")

    def window(self) -> Window:
        """This will return the window as the rules know it."""
        return Window(frozenset(Weekday[day.name] for day in self.weekdays), self.start, self.end)
