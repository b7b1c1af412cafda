"""Triggers: what keeps a reference from counting twice, where PostgreSQL has no unique key over all partitions.

A row that is not taken is passed over where the statement says `ON CONFLICT DO NOTHING`: whoever records spend
compares the number of keys that come back. To any other statement, a `COPY` or an `INSERT` by hand, it is an error, as
it is with the one table: nothing is lost without a word.
"""

from __future__ import annotations

from django.db.models import UniqueConstraint

from campaigns.models import SpendLog
from campaigns.services.months.catalog import AWAY, LEDGER, REFERENCES, rows_of, run

# For one transaction: what leaves a partition goes into another one.
MOVING = "campaigns.moves_entries"

_UNIQUE = next(one.name for one in SpendLog._meta.constraints if isinstance(one, UniqueConstraint))

_NOTE, _TAKE, _FORGET, _EMPTY = (f"{LEDGER}_{word}" for word in ("note", "take", "forget", "empty"))

_FUNCTION = "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
_ADD = (
    "INSERT INTO {schema}.{references} (campaign_id, reference, local_day) "
    "VALUES (NEW.campaign_id, NEW.reference, NEW.local_day) ON CONFLICT DO NOTHING;"
)
_SKIP = "IF position('ON CONFLICT DO NOTHING' IN upper(current_query())) > 0 THEN RETURN NULL; END IF;"
_BODIES = {
    # Of the one table, which has its unique key still.
    _NOTE: f"IF NEW.reference <> '' THEN {_ADD} END IF; RETURN NULL;",
    _TAKE: (
        "IF EXISTS (SELECT 1 FROM {schema}.{away} WHERE NEW.local_day >= since AND NEW.local_day < until) THEN "
        f"{_SKIP} RAISE check_violation USING MESSAGE = 'the month of ' || NEW.local_day || ' was taken out'; "
        f"END IF; IF NEW.reference <> '' THEN {_ADD} IF NOT FOUND THEN {_SKIP} RAISE unique_violation "
        "USING MESSAGE = 'duplicate key value violates unique constraint \"{unique}\"', CONSTRAINT = '{unique}'; "
        "END IF; END IF; RETURN NEW;"
    ),
    _FORGET: (
        f"IF OLD.reference <> '' AND coalesce(current_setting('{MOVING}', true), '') <> 'on' THEN "
        "DELETE FROM {schema}.{references} "
        "WHERE campaign_id = OLD.campaign_id AND reference = OLD.reference; END IF; RETURN NULL;"
    ),
    _EMPTY: "TRUNCATE {schema}.{references}; RETURN NULL;",
}
_WHEN = {
    _NOTE: "AFTER INSERT ON {table} FOR EACH ROW",
    _TAKE: "BEFORE INSERT ON {table} FOR EACH ROW",
    _FORGET: "AFTER DELETE ON {table} FOR EACH ROW",
    _EMPTY: "AFTER TRUNCATE ON {table} FOR EACH STATEMENT",
}
OWN = (_NOTE, _TAKE, _FORGET, _EMPTY)


def watch_the_one_table() -> None:
    """Note every reference that enters or leaves the one table from now on. Its writers wait for a moment."""
    _replace(_NOTE, _FORGET)


def watch_the_parts() -> None:
    """Guard the partitioned ledger."""
    _replace(_TAKE, _FORGET, _EMPTY)


def forget_the_one_table() -> None:
    """Take the triggers off the one table."""
    run(*(f"DROP TRIGGER IF EXISTS {name} ON {LEDGER}" for name in (_NOTE, _FORGET)))
    run(*(f"DROP FUNCTION IF EXISTS {name}" for name in (_NOTE, _FORGET)))


def _replace(*names: str) -> None:
    # Named with its schema: a restore sets no path on which tables are found.
    [(schema,)] = rows_of("SELECT quote_ident(current_schema())")
    for name in names:
        body = _BODIES[name].format(schema=schema, references=REFERENCES, away=AWAY, unique=_UNIQUE)
        when = _WHEN[name].format(table=LEDGER)
        run(
            _FUNCTION.format(name=name, body=body),
            f"DROP TRIGGER IF EXISTS {name} ON {LEDGER}",
            f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()",
        )
