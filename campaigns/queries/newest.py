"""The newest rows of those that fit a condition, where few or many may."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

# So many keys are read and sorted here. Of more rows, the newest are near.
_FEW = 2_000

_Row = TypeVar("_Row", bound=Model)


def newest_rows(rows: QuerySet[_Row], *, count: int) -> tuple[_Row, ...]:
    """Return the newest rows, the newest first; two queries.

    Asked for them at once, a database goes back through all rows until it has enough that fit: through the whole table
    where nothing has happened for months.
    """
    few = list(rows.order_by().values_list("pk", flat=True)[: _FEW + 1])
    if len(few) > _FEW:
        return tuple(rows.order_by("-pk")[:count])
    return tuple(rows.filter(pk__in=sorted(few, reverse=True)[:count]).order_by("-pk"))
