"""Recording spend: one entry, and batches, on one connection and on eight."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Protocol

from benchmarks.case import NOW, Case, Scene, Sides
from benchmarks.floors import Entry, PostgresFloor, SqliteFloor
from benchmarks.results import About
from campaigns.rules.money import from_micros
from campaigns.services import NewSpend, find_drift, record_spend, record_spends

BATCH = 1_000
SOURCE = "benchmark"


class _Floor(Protocol):
    def record(self, entry: Entry) -> None: ...
    def record_many(self, entries: Sequence[Entry]) -> None: ...


class _Entries:
    """The entries of the next operation: for one brand after the other, each with a reference of its own."""

    def __init__(self, scene: Scene, brands: Sequence[int], count: int) -> None:
        self._count = count
        self._all = _entries(scene, brands)
        self.next: list[Entry] = []

    def prepare(self) -> None:
        """Make them, so that neither side has to while it is measured."""
        self.next = list(itertools.islice(self._all, self._count))


def _one_entry(scene: Scene, *, is_one_brand: bool = False) -> Sides:
    brands = [scene.large_brand] if is_one_brand else scene.small_brands
    entries, floor = _Entries(scene, brands, 1), _floor(scene)

    def ours() -> None:
        entry = entries.next[0]
        record_spend(
            campaign_id=entry.campaign_id,
            amount=entry.amount,
            now=NOW,
            occurred_at=NOW,
            reference=entry.reference,
            source=SOURCE,
        )

    return Sides(ours, lambda: floor.record(entries.next[0]), entries.prepare, partial(_drift, brands))


def _batch(scene: Scene, *, is_one_brand: bool = False) -> Sides:
    brands = [scene.large_brand] if is_one_brand else scene.small_brands
    entries, floor = _Entries(scene, brands, BATCH), _floor(scene)

    def ours() -> None:
        record_spends(
            spends=[
                NewSpend(entry.campaign_id, entry.amount, NOW, entry.reference, "", SOURCE) for entry in entries.next
            ],
            now=NOW,
        )

    return Sides(ours, lambda: floor.record_many(entries.next), entries.prepare, partial(_drift, brands))


def _floor(scene: Scene) -> _Floor:
    is_sqlite = scene.database_url.startswith("sqlite")
    return SqliteFloor(scene.database_url) if is_sqlite else PostgresFloor(scene.database_url)


def _entries(scene: Scene, brands: Sequence[int]) -> Iterator[Entry]:
    dice = random.Random(scene.worker)
    order = dice.sample(list(brands), len(brands))
    for number in itertools.count():
        brand = order[number % len(order)]
        own = scene.campaigns[brand]
        micros = dice.randrange(10_000, 1_000_000, 10_000)
        yield Entry(
            brand_id=brand,
            campaign_id=own[number // len(order) % len(own)],
            micros=micros,
            amount=from_micros(micros),
            occurred_at=NOW,
            recorded_at=NOW,
            local_day=NOW.date(),
            source=SOURCE,
            # A profile is made by another process, on the same data.
            reference=f"{os.getpid()}-{number}",
        )


def _drift(brands: Sequence[int]) -> Collection[str]:
    """Say where a counter is not the sum of its entries, of ours and of the floor's together."""
    return [f"{drift.owner} counts {drift.counted}, not {drift.in_ledger}" for drift in find_drift(brand_ids=brands)]


_one_brand_entry, _one_brand_batch = partial(_one_entry, is_one_brand=True), partial(_batch, is_one_brand=True)

CASES = (
    Case(About("one_entry", "one entry, 1 connection: F1", "postgres", reach=0.8), _one_entry),
    Case(
        About("one_entry_8_one_brand", "one entry, 8 connections, one brand: F1", "postgres", reach=0.7, processes=8),
        _one_brand_entry,
    ),
    Case(
        About("one_entry_8", "one entry, 8 connections, 1,000 brands: F1", "postgres", reach=0.7, processes=8),
        _one_entry,
    ),
    Case(About("batch", "batch of 1,000, 1,000 brands: F2", "postgres", reach=0.6, items=BATCH), _batch),
    Case(
        About("batch_one_brand", "batch of 1,000, one brand: F2", "postgres", reach=0.6, items=BATCH), _one_brand_batch
    ),
    Case(About("one_entry_sqlite", "one entry, SQLite", "sqlite", reach=0.6), _one_entry),
    Case(About("batch_sqlite", "batch of 1,000, 1,000 brands, SQLite", "sqlite", reach=0.6, items=BATCH), _batch),
)
