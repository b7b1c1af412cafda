"""How answers write values: money as text, which no program rounds; moments in UTC, in ISO 8601 with their offset."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import WithJsonSchema

from campaigns.rules.money import from_micros, to_micros

MoneyText = Annotated[str, WithJsonSchema({"type": "string", "examples": ["12.50"]})]
MomentText = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
DayText = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]


def money_text(amount: Decimal) -> str:
    """This will write an amount with 2 decimals, or more where there are any."""
    text = str(amount)
    # Nearly all have just these two already. Zero may have a sign, which is not shown.
    return text if text[-3:-2] == "." and amount else f"{from_micros(to_micros(amount)):f}"


def moment_text(moment: datetime) -> str:
    """This will write a moment in UTC, with its offset."""
    return moment.astimezone(UTC).isoformat()


def money_or_none(amount: Decimal | None) -> str | None:
    """This will write an amount, or nothing where there is none."""
    return None if amount is None else money_text(amount)


def day_or_none(day: date | None) -> str | None:
    """This will write a day, or nothing where there is none."""
    return None if day is None else day.isoformat()
