"""The doctor's visit: the examination of the health page, and everything else that helps a person who looks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import Error as AnyDatabaseError

from ad_system.signs import surroundings
from ad_system.signs.broker import ask_broker, look_at_broker
from ad_system.signs.database import unreachable
from ad_system.signs.examination import look_at_what_is_stored
from ad_system.signs.findings import Finding, is_well
from ad_system.signs.months import look_at_months
from campaigns.queries.numbers import count_desk


def visit(*, now: datetime) -> list[Finding]:
    """This will look at everything. What a sick part hides is left out."""
    folder = settings.ENVIRONMENT.data_dir
    broker = ask_broker()
    stored = look_at_what_is_stored(now=now)
    found = [*stored, look_at_broker(broker)]
    if broker.is_there:
        found.append(surroundings.look_at_workers())
    found += [surroundings.look_at_folder(folder), surroundings.look_at_key(folder)]
    # The first two tell of the database itself; without it there is nothing to ask.
    return [*found, *_look_deeper(now)] if is_well(stored[:2]) else found


def _look_deeper(now: datetime) -> Iterator[Finding]:
    try:
        numbers = count_desk(now=now)
        yield surroundings.look_at_clocks(now=now)
        yield surroundings.look_at_schedule()
        yield surroundings.look_at_brands()
        yield surroundings.look_at_campaigns(numbers)
        yield surroundings.look_at_webhooks(numbers)
        yield surroundings.look_at_refusals(now=now)
        yield from look_at_months(now=now)
        yield from surroundings.look_at_setup()
    except AnyDatabaseError as error:
        yield unreachable(error)
