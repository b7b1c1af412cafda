"""Two workers and one: passes that are cut into ranges, whose ranges several workers share.

Each of ours does one half of the brands; the floor is one of them that does both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from benchmarks.case import NOW, Case, Scene, Sides
from benchmarks.results import About
from campaigns.models import Campaign
from campaigns.services import find_drift, passes

WORKERS = 2


def _share(scene: Scene, *, work: Callable[[Sequence[int]], object]) -> Sides:
    brands = passes.all_brands()
    middle = (len(brands) + 1) // WORKERS
    halves = (brands[:middle], brands[middle:])

    def both() -> None:
        for half in halves:
            work(half)

    def disagreements() -> Collection[str]:
        held = Campaign.objects.filter(is_active=False).count()
        return [f"{held} campaigns do not run"] if held else []

    return Sides(partial(work, halves[scene.worker]), None if scene.worker else both, disagreements=disagreements)


def _audit(brand_ids: Sequence[int]) -> None:
    report = passes.audit_brands(brand_ids=brand_ids, now=NOW)
    assert (report.changes, report.failed, report.busy) == ((), (), ())


def _check(brand_ids: Sequence[int]) -> None:
    assert find_drift(brand_ids=brand_ids) == []


def _about(name: str, title: str) -> About:
    return About(name, title, "postgres", reach=1.7, processes=WORKERS, is_shared=True, is_long=True)


CASES = (
    Case(_about("audit_shared", "review of every blocker, two workers: one"), partial(_share, work=_audit)),
    Case(_about("check_ledger_shared", "check_ledger, two workers: one"), partial(_share, work=_check)),
)
