"""The commit auditor: on PostgreSQL, no commit gets through after which a counter differs from its ledger.

It is installed by tests, and by them only. It knows nothing of the desk's code: whichever path wrote, services, a
migration or plain SQL, the counter is compared with the sum of the entries of its period when the transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

TABLES = ("brand", "campaign", "spendlog")

_FUNCTIONS = """
-- The first instant of the day or month after the one that `since` lies in. A midnight that clocks show twice is the
-- first of the two; one that they skip is what comes instead.
CREATE FUNCTION audit_period_end(since timestamptz, zone text, unit text) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
    wall timestamp := date_trunc(unit, since AT TIME ZONE zone) + ('1 ' || unit)::interval;
    instant timestamptz := wall AT TIME ZONE zone;
BEGIN
    IF (instant - interval '1 hour') AT TIME ZONE zone = wall THEN
        RETURN instant - interval '1 hour';
    END IF;
    RETURN instant;
END $$;

CREATE FUNCTION audit_counter(owner text, brand bigint, campaign bigint, zone text, unit text, since timestamptz,
                              counter bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    in_ledger numeric;
BEGIN
    SELECT coalesce(sum(entry.amount_micros), 0) INTO in_ledger
    FROM campaigns_spendlog entry JOIN campaigns_campaign owned ON owned.id = entry.campaign_id
    WHERE owned.brand_id = brand AND (campaign IS NULL OR owned.id = campaign)
        AND entry.occurred_at >= since AND entry.occurred_at < audit_period_end(since, zone, unit);
    IF counter <> in_ledger THEN
        RAISE EXCEPTION 'audit: the % of % counts % micros since %, the ledger has %',
            unit, owner, counter, since, in_ledger USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;

CREATE FUNCTION audit_counters(key bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM audit_counter('brand ' || name, id, NULL, time_zone, 'day', daily_since, current_daily_spend_micros),
            audit_counter('brand ' || name, id, NULL, time_zone, 'month', monthly_since, current_monthly_spend_micros)
    FROM campaigns_brand WHERE id = key;
    PERFORM audit_counter('campaign ' || own.name, key, own.id, brand.time_zone, 'day', own.daily_since,
                          own.current_daily_spend_micros),
            audit_counter('campaign ' || own.name, key, own.id, brand.time_zone, 'month', own.monthly_since,
                          own.current_monthly_spend_micros)
    FROM campaigns_campaign own JOIN campaigns_brand brand ON brand.id = own.brand_id WHERE brand.id = key;
EXCEPTION WHEN invalid_parameter_value THEN
    -- A zone that nobody can read has no days: there is nothing to compare.
    RETURN;
END $$;
"""

# One function per table: each finds the brand in another column.
_TRIGGER = """
CREATE FUNCTION audit_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM audit_counters({brand_of});
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON campaigns_{table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_{table}();
"""
_CHANGED = "CASE WHEN TG_OP = 'DELETE' THEN OLD.{column} ELSE NEW.{column} END"
_BRAND_OF = {
    "brand": _CHANGED.format(column="id"),
    "campaign": _CHANGED.format(column="brand_id"),
    "spendlog": f"(SELECT brand_id FROM campaigns_campaign WHERE id = {_CHANGED.format(column='campaign_id')})",
}

_REMOVE = "DROP FUNCTION audit_counters, audit_counter, audit_period_end"


@contextmanager
def auditing() -> Iterator[None]:
    """This will have every commit to this database audited until the `with` block ends."""
    install()
    try:
        yield
    finally:
        remove()


def install() -> None:
    """This will have every commit to this database audited until `remove`."""
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTIONS)
        for table in TABLES:
            cursor.execute(_TRIGGER.format(table=table, brand_of=_BRAND_OF[table]))


def remove() -> None:
    """This will leave the database as it was."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP FUNCTION audit_{table} CASCADE")
        cursor.execute(_REMOVE)
