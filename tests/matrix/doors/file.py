"""Files, as `import_spend` reads them: one row, with the value in its cell."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from campaigns.errors import ManyRefusals, Refusal
from campaigns.files import Layout
from campaigns.services.imports import ImportOrder, Mode, import_file
from tests.factories import NOON
from tests.matrix.desk import Desk
from tests.matrix.table import Denied, Subject

_HEADER = ("campaign", "day", "cost", "id")
_DAY = "2026-11-20 12:00"
_TOTALS = {Subject.TOTAL, Subject.TOTAL_DAY}
_BY_CONTENT = Layout(campaign="campaign", date="day", amount="cost")
_BY_REFERENCE = Layout(campaign="campaign", date="day", amount="cost", reference="id")


def take(desk: Desk, subject: Subject, value: object) -> None:
    """This will import a file with that value.

    :raises Denied: with the refusal of its row, or of the file.
    """
    path = _write(desk.folder, TAKES[subject](str(value)))
    order = ImportOrder(
        path,
        _BY_REFERENCE if subject is Subject.REFERENCE else _BY_CONTENT,
        desk.brand.pk,
        Mode.DAY_TOTALS if subject in _TOTALS else Mode.ENTRIES,
        "platform",
        may_create_campaigns=subject is Subject.CAMPAIGN_NAME,
    )
    try:
        import_file(order=order, clock=lambda: NOON)
    except ManyRefusals as many:
        line, refusal = many.refusals[0]
        assert line == 2
        raise Denied(refusal.code, str(refusal)) from many
    except Refusal as refusal:
        raise Denied(refusal.code, str(refusal)) from refusal


def _write(folder: Path, row: tuple[str, ...]) -> Path:
    path = folder / "spend.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([_HEADER, row])
    return path


TAKES: dict[Subject, Callable[[str], tuple[str, ...]]] = {
    Subject.AMOUNT: lambda text: ("Search", _DAY, text, ""),
    Subject.FULL_COUNTER: lambda text: ("Search", _DAY, text, ""),
    Subject.TOTAL: lambda text: ("Search", "2026-11-20", text, ""),
    Subject.TOTAL_DAY: lambda text: ("Search", text, "12.50", ""),
    Subject.MOMENT: lambda text: ("Search", text, "12.50", ""),
    Subject.REFERENCE: lambda text: ("Search", _DAY, "12.50", text),
    Subject.CAMPAIGN_NAME: lambda text: (text, _DAY, "12.50", ""),
}
