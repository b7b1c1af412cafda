"""Mutants: faults put into a copy of the code, one at a time, to see that the tests notice: `python -m tests.mutants`.

    python -m tests.mutants              all of them; ends with an error if one survives
    python -m tests.mutants F clock      those whose names contain one of these words

Each fault is one that somebody could really make. The tests that have to notice it are named with it, so that a
survivor says whose watch it was.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 300
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".hypothesis", "__pycache__", ".*_cache", "data", "*.sqlite3*")

PROOF = "tests/proof"
SERVICES = "tests/campaigns/services"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault: in the file, `before` becomes `after`, wherever it stands; `tests` have to fail then."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "drop the lock",
        "campaigns/services/locks.py",
        "Brand.objects.select_for_update(nowait=not waits)",
        "Brand.objects",
        ("tests/races",),
    ),
    Mutant(
        "drop the lock of spends",
        "campaigns/services/statements.py",
        'LOCKING = "FOR UPDATE OF brand, campaign"',
        'LOCKING = ""',
        ("tests/races",),
    ),
    Mutant(
        "lock the brand, and read the campaign as it was before the wait",
        "campaigns/services/statements.py",
        'LOCKING = "FOR UPDATE OF brand, campaign"',
        'LOCKING = "FOR UPDATE OF brand"',
        ("tests/races",),
    ),
    Mutant(
        "lock the campaign first",
        "campaigns/services/statements.py",
        'LOCKING = "FOR UPDATE OF brand, campaign"',
        'LOCKING = "FOR UPDATE OF campaign, brand"',
        ("tests/races",),
    ),
    Mutant(
        "read-modify-write instead of adding",
        "campaigns/services/statements.py",
        "SET {daily} = counted.{daily} + move.daily",
        "SET {daily} = move.daily",
        # The lock alone hides it: only where that is gone as well does anybody see.
        ("tests/races/test_spend.py::test_twin_without_the_lock_neither_sees_the_crossing",),
    ),
    Mutant(
        "commit the spend before the stop that follows from it",
        "campaigns/services/posting.py",
        "ends=ends and not any(moves.crossing for moves in counted)",
        "ends=ends",
        (f"{SERVICES}/test_journeys.py",),
    ),
    Mutant(
        "commit somebody else's transaction",
        "campaigns/services/driver.py",
        "ends=ends and _is_outermost(database)",
        "ends=ends",
        (f"{SERVICES}/test_journeys.py",),
    ),
    Mutant(
        "count a spend whose reference is taken",
        "campaigns/services/statements.py",
        ", beside='entry, '",
        "",
        (f"{SERVICES}/test_journeys.py",),
    ),
    Mutant(
        "pause above the limit only",
        "campaigns/rules/budgets.py",
        "self.spent >= self.limit",
        "self.spent > self.limit",
        (PROOF,),
    ),
    Mutant(
        "the net finds what is above the limit only",
        "campaigns/services/scans.py",
        "AND {counter} >= {budget})",
        "AND {counter} > {budget})",
        (f"{SERVICES}/test_mismatches.py",),
    ),
    Mutant(
        "a limit of 0 runs on credits",
        "campaigns/rules/budgets.py",
        "self.limit == 0 or self.spent >= self.limit",
        "self.spent >= self.limit",
        (PROOF, "tests/campaigns/rules"),
    ),
    Mutant(
        "reset by the clock instead of by period",
        "campaigns/services/periods.py",
        "_land(brand, kind, since=period.start, end=period.end)",
        "_land(brand, kind, since=now, end=period.end)",
        (PROOF,),
    ),
    Mutant(
        "reset to 0 instead of to the ledger's sum",
        "campaigns/services/periods.py",
        "row.set_counter(kind, since=since, spent=ledger_sum(row, start=since, end=end))",
        "row.set_counter(kind, since=since, spent=Decimal(0))",
        (PROOF,),
    ),
    Mutant(
        "UTC day for local day",
        "campaigns/services/spend.py",
        "local_day(moment, brand.zone)",
        "moment.date()",
        (PROOF,),
    ),
    Mutant(
        "a window's end is inside",
        "campaigns/rules/dayparting.py",
        "window.start <= clock < window.end",
        "window.start <= clock <= window.end",
        (PROOF, "tests/campaigns/rules/test_dayparting.py"),
    ),
    Mutant(
        "late spend is booked today",
        "campaigns/services/spend.py",
        "draft.given_at or after_resets",
        "after_resets",
        (PROOF,),
    ),
    Mutant(
        "a spend without a moment ignores resets",
        "campaigns/services/periods.py",
        "return max([now, *by_hand])",
        "return now",
        (PROOF, f"{SERVICES}/test_resets.py", f"{SERVICES}/test_spend.py"),
    ),
    Mutant(
        "dedup outside the transaction",
        "campaigns/services/spend.py",
        "    with writing():\n        batches",
        "    if True:\n        batches",
        (PROOF, "tests/races"),
    ),
    Mutant(
        "reset clears a person's switch",
        "campaigns/services/resets.py",
        "    periods.start_now(",
        "    Campaign.objects.filter(brand=brand).update(is_enabled=True)\n    periods.start_now(",
        (PROOF, f"{SERVICES}/test_resets.py"),
    ),
    Mutant(
        "the admin saves all columns",
        "campaigns/models/counters.py",
        "if update_fields is None and not self._state.adding:",
        "if False:",
        ("tests/campaigns/models", "tests/campaigns/admin/test_stale.py"),
    ),
    Mutant(
        "a form sends what nobody touched",
        "campaigns/admin/forms.py",
        "if name in self.changed_data]",
        "if name]",
        ("tests/campaigns/admin/test_stale.py",),
    ),
    Mutant(
        "one bad brand stops the pass",
        "campaigns/services/passes.py",
        "            self.failed.append(part[0])",
        "            raise",
        (f"{SERVICES}/test_passes.py",),
    ),
    Mutant(
        "a pass is one transaction, and its failures are silent",
        "campaigns/services/passes.py",
        "            with writing():\n                brands =",
        "            if True:\n                brands =",
        (f"{SERVICES}/test_passes.py", PROOF, "tests/races"),
    ),
    Mutant(
        "a spend stops its own campaign only",
        "campaigns/services/posting.py",
        "        crossed = periods.campaigns_of(posting.brand, loaded=posting.campaigns.values())",
        "        crossed = [row for row in rows if isinstance(row, Campaign)]",
        (PROOF,),
    ),
    Mutant(
        "a credit starts nothing",
        "campaigns/services/outbox.py",
        "self.before.month.is_used_up) != (",
        "self.before.month.is_used_up) < (",
        (PROOF,),
    ),
    Mutant(
        "corrections count today",
        "campaigns/services/corrections.py",
        "occurred_at=original.occurred_at",
        "occurred_at=now",
        (PROOF,),
    ),
    Mutant(
        "an entry is reversed whatever is left",
        "campaigns/services/corrections.py",
        "return -counted",
        "return -original.amount",
        (f"{SERVICES}/test_corrections.py", PROOF),
    ),
    Mutant(
        "day totals forget corrections",
        "campaigns/services/corrections.py",
        "source=original.source",
        'source=""',
        (PROOF, f"{SERVICES}/test_reported.py"),
    ),
    Mutant(
        "another spend under the same reference is a replay",
        "campaigns/services/spend.py",
        "draft.entry.amount == first.amount and",
        "",
        (PROOF,),
    ),
    Mutant(
        "a zone change forgets the old zone's midnight",
        "campaigns/services/periods.py",
        "since = max(row.since(kind), period.start)",
        "since = period.start",
        (PROOF,),
    ),
    Mutant(
        "a late pass undoes a newer decision",
        "campaigns/rules/periods.py",
        "if newest is not None and now < newest <= now + CLOCK_TOLERANCE:",
        "if False:",
        (PROOF, f"{SERVICES}/test_delivery.py", f"{SERVICES}/test_passes.py"),
    ),
    Mutant(
        "nobody looks again at midnight",
        "campaigns/rules/delivery.py",
        "changes_at=period.end if is_lifted_by_time else None",
        "changes_at=None",
        (PROOF, "tests/campaigns/rules/test_delivery.py"),
    ),
    Mutant(
        "ahead of the clock at midnight is not found",
        "campaigns/services/scans.py",
        "WHERE {behind}",
        "WHERE FALSE AND ({behind})",
        (f"{SERVICES}/test_mismatches.py",),
    ),
    Mutant(
        "the history keeps silent about a stop by hand",
        "campaigns/services/campaigns.py",
        "campaign.is_active = was_active",
        "pass",
        (PROOF,),
    ),
)


def main(words: Sequence[str]) -> int:
    """This will try the mutants, and return 1 if one survived."""
    wanted = [mutant for mutant in MUTANTS if not words or any(word in mutant.name for word in words)]
    survivors = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder) / "code"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        for mutant in wanted:
            began = time.monotonic()
            killer = _try(mutant, copy)
            _say(f"{mutant.name}: {killer or 'SURVIVED'} ({time.monotonic() - began:.0f} s)")
            if not killer:
                survivors.append(mutant.name)
    _say(f"{len(wanted) - len(survivors)} of {len(wanted)} mutants were killed.")
    return 1 if survivors else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _try(mutant: Mutant, copy: Path) -> str:
    """Put the fault into the copy, run its tests, take it out; return the test that noticed."""
    file = copy / mutant.file
    original = file.read_text()
    if mutant.before not in original:
        raise SystemExit(f"{mutant.name}: {mutant.file} no longer has {mutant.before!r}. Adapt the mutant.")
    file.write_text(original.replace(mutant.before, mutant.after))
    try:
        return _first_failure(mutant.tests, copy)
    finally:
        file.write_text(original)


def _first_failure(tests: Sequence[str], copy: Path) -> str:
    """Run the tests on PostgreSQL, where there are locks to miss, and return the first that fails."""
    command = [sys.executable, "-m", "pytest", "--db=postgres", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    # Twins are broken already, and a failing story need not be made short.
    command += ["-k", "not twin or neither_sees", "--hypothesis-profile=mutants"]
    run = subprocess.run([*command, *tests], cwd=copy, capture_output=True, text=True, timeout=SECONDS, check=False)
    if run.returncode == 0:
        return ""
    failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED tests", "ERROR tests"))]
    if run.returncode != 1 or not failed:
        raise SystemExit(f"the tests did not run:\n{run.stdout[-3000:]}{run.stderr[-3000:]}")
    return failed[0].split(" - ")[0].removeprefix("FAILED ").removeprefix("ERROR ")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
