"""The months of the spend log, where it was switched over: whether those to come are there, and the rest is empty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import connection

from ad_system.signs.findings import Finding, Level
from campaigns.services import months

PART = "months"
# Tables and indexes that one statement locks for each month, where it asks for no day: planning alone takes them.
_LOCKS_OF_A_MONTH = 9
_A_MONTH = 31


def look_at_months(*, now: datetime) -> Iterator[Finding]:
    """This will say what the ledger in months lacks; nothing where it is one table, and no switch was broken off.

    :raises django.db.Error: if the database does not answer.
    """
    found = months.survey()
    if found.is_partitioned:
        yield from _look(found, now)
    elif found.is_prepared:
        sentence = "A switch of the spend log to months was broken off."
        advice = "Run manage.py partition_spend_log --start again, or --abandon to take away what it has left."
        yield Finding(PART, Level.WARNING, sentence, advice)


def _look(found: months.Survey, now: datetime) -> Iterator[Finding]:
    today = now.astimezone(UTC).date()
    if found.end is None or found.end <= today:
        sentence = "The current month of the spend log has no partition."
        advice = "Its spend goes into the rest, and counts. Run manage.py partition_spend_log --ahead 3."
        yield Finding(PART, Level.ILL, sentence, advice)
    elif (found.end - today).days <= _A_MONTH:
        sentence = f"From {found.end} on, the spend log has no month."
        advice = "The task forget_old_records makes three ahead: see why it does not run. --ahead 3 makes them at once."
        yield Finding(PART, Level.WARNING, sentence, advice)
    if found.rest:
        count = f"{found.rest} entries" if found.rest > 1 else "1 entry"
        sentence = f"The rest of the spend log has {count} of days without a month (counted up to 1,000)."
        advice = "Run manage.py partition_spend_log --ahead 3. Entries of a far future mean that a clock was wrong."
        yield Finding(PART, Level.WARNING, sentence, advice)
    yield _look_at_locks(found)


def _look_at_locks(found: months.Survey) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('max_locks_per_transaction')::int")
        [room] = cursor.fetchone()
    needed = len(found.parts) * _LOCKS_OF_A_MONTH
    if needed <= room:
        return Finding(PART, Level.OK, f"The spend log is in {len(found.parts)} parts.")
    sentence = f"A statement over all {len(found.parts)} parts of the spend log takes about {needed} locks."
    advice = (
        f"PostgreSQL has room for max_locks_per_transaction = {room} for each connection: set it to {2 * needed} and "
        "restart it, or many connections at once may be refused (out of shared memory)."
    )
    return Finding(PART, Level.WARNING, sentence, advice)
