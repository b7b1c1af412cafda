"""Keys: the SQL that every request of a program begins with, written by hand for the reasons of `statements`."""

from __future__ import annotations

from functools import cache

from campaigns.models import ApiKey
from campaigns.services.driver import ModelReader, current_database, rows_of, table_of


def find_key(prefix: str) -> ApiKey | None:
    """Return the key with that prefix, whatever its state; None if there is none."""
    database = current_database()
    rows = rows_of(database, _key_text(database.vendor), [prefix])
    return _key_reader(database.vendor).read(database, rows[0]) if rows else None


def brands_of_key(key: ApiKey) -> frozenset[int]:
    """Return the numbers of the brands that were chosen for the key."""
    rows = rows_of(current_database(), _brands_text(), [str(key.pk)])
    return frozenset(brand_id for (brand_id,) in rows)


@cache
def _key_reader(_vendor: str) -> ModelReader[ApiKey]:
    return ModelReader(ApiKey, current_database())


@cache
def _key_text(vendor: str) -> str:
    columns = ", ".join(_key_reader(vendor).columns)
    return f"SELECT {columns} FROM {table_of(ApiKey)} WHERE prefix = %s"


@cache
def _brands_text() -> str:
    return f"SELECT brand_id FROM {table_of(ApiKey.brands.through)} WHERE apikey_id = %s"
