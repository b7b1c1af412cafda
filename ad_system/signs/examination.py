"""The examination: every part looked at once, in a bounded number of questions."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import Error as AnyDatabaseError

from ad_system.signs.broker import ask_broker, look_at_broker
from ad_system.signs.database import look_at_database, unreachable
from ad_system.signs.findings import Finding, is_well
from ad_system.signs.ledger import look_at_ledger
from ad_system.signs.passes import look_at_beat, look_at_passes, read_clockwork
from ad_system.signs.question import NoAnswer

logger = logging.getLogger(__name__)


def examine(*, now: datetime) -> list[Finding]:
    """This will look at everything that has to be well for the system to do its work.

    Where the database does not answer, or is behind, what only it knows is left out.
    """
    return [*look_at_what_is_stored(now=now), look_at_broker(ask_broker())]


def look_at_clockwork(*, now: datetime) -> list[Finding]:
    """This will look at beat, the passes and the ledger alone.

    :raises django.db.Error: if the database does not answer.
    """
    clockwork = read_clockwork()
    return [look_at_beat(clockwork, now=now), *look_at_passes(clockwork, now=now), look_at_ledger()]


def look_at_what_is_stored(*, now: datetime) -> list[Finding]:
    """This will look at the database and what it knows. Where it does not answer, that is the one finding."""
    try:
        found = look_at_database()
        return [*found, *look_at_clockwork(now=now)] if is_well(found) else found
    except (AnyDatabaseError, NoAnswer) as error:
        logger.warning("The database does not answer reason=%s", type(error).__name__)
        return [unreachable(error)]
