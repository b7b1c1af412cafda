"""Importing a file: a hundred thousand rows (fewer on the tiniest data), checked, recorded, and recorded again."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Collection
from pathlib import Path

from benchmarks.case import NOW, Case, Scene, Sides
from benchmarks.results import About
from campaigns.files import Layout
from campaigns.models import Campaign, SpendLog
from campaigns.services import find_drift
from campaigns.services.imports import ImportOrder, import_file

ROWS = 100_000
# For the smallest data, which only shows that it works.
_FEW_BRANDS, _FEW_ROWS = 20, 200
_LAYOUT = Layout(campaign="campaign", date="date", amount="amount", reference="reference")


def _import(scene: Scene) -> Sides:
    """Each operation brings a file of its own."""
    directory = tempfile.TemporaryDirectory(prefix="ad_system-benchmarks-")
    path = Path(directory.name) / "spend.csv"
    rows = ROWS if len(scene.small_brands) > _FEW_BRANDS else _FEW_ROWS
    names = list(Campaign.objects.filter(brand=scene.large_brand).order_by("pk").values_list("name", flat=True))
    numbers = itertools.count()
    before, files = SpendLog.objects.count(), 0

    def write() -> None:
        nonlocal files
        files += 1
        day = NOW.date().isoformat()
        lines = (f"{names[row % len(names)]},{day},{row % 90 + 10}.25,{next(numbers)}" for row in range(rows))
        path.write_text("\n".join(["campaign,date,amount,reference", *lines]) + "\n")

    def ours() -> None:
        order = ImportOrder(path=path, layout=_LAYOUT, brand_id=scene.large_brand)
        report = import_file(order=order, clock=lambda: NOW)
        assert report.new == rows

    def disagreements() -> Collection[str]:
        # Named, so that the directory lives as long as the case.
        assert directory.name
        drifts = [f"{drift.owner} counts {drift.counted}" for drift in find_drift(brand_ids=[scene.large_brand])]
        missing = before + files * rows - SpendLog.objects.count()
        return [*drifts, *([f"{missing} rows are missing"] if missing else [])]

    return Sides(ours, before_each=write, disagreements=disagreements)


CASES = (
    Case(About("import", "import of 100,000 rows", "postgres", items=ROWS, is_long=True), _import),
    Case(About("import_sqlite", "import of 100,000 rows, SQLite", "sqlite", items=ROWS, is_long=True), _import),
)
