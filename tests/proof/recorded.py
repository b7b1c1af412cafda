"""Recorded steps, and what has to come of them: `python -m tests.proof.write_recordings` writes anew.

The expectation is the oracle's alone; no desk and no database had a part in it. So every database, every version of
Python and every later version of the desk is held to the same end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from tests.proof.both import Alone
from tests.proof.oracle import DAY, MONTH, Entry
from tests.proof.steps import OPENING, STARTS, ZONES, Step, random_steps, step_of

FOLDER = Path(__file__).parent / "recordings"
SEEDS = (1, 2, 3)
STEPS = 45

End = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Recording:
    """Steps, and the end to which they lead, as texts."""

    now: str
    zones: list[str]
    campaigns: int
    steps: list[dict[str, str | int]]
    end: End


def read(seed: int) -> Recording:
    """This will read a recording."""
    return Recording(**json.loads((FOLDER / f"{seed}.json").read_text()))


def steps_of(recording: Recording) -> Iterator[Step]:
    """This will return the steps."""
    for fields in recording.steps:
        texts = {name: str(value) for name, value in fields.items() if name not in ("do", "who")}
        yield step_of(str(fields["do"]), who=int(fields.get("who", 0)), **texts)


def record(seed: int) -> Recording:
    """This will make up steps, and have the oracle say what comes of them."""
    now, zones = STARTS[seed % len(STARTS)], [ZONES[seed % len(ZONES)], ZONES[(2 * seed + 1) % len(ZONES)]]
    # A slow worker's spend is left out: by how much its verdict was late is no fact.
    steps = [step if step.do == "task" else replace(step, age=0) for step in random_steps(seed, STEPS)]
    recording = Recording(now.isoformat(), zones, 3, [step.as_json() for step in steps], {})
    return replace(recording, end=end_of_oracle(recording))


def end_of_oracle(recording: Recording) -> End:
    """This will take the steps in the oracle alone, and return the end."""
    alone = Alone(datetime.fromisoformat(recording.now), recording.zones, recording.campaigns)
    oracle, history = alone.oracle, _changes(alone, {})
    for step in (*OPENING, *steps_of(recording)):
        before = {number: not oracle.holds(campaign, alone.now) for number, campaign in oracle.campaigns.items()}
        alone.take(step)
        history += _changes(alone, before)
    counters = [
        counter_line(f"{word} {number}", kind, oracle.since(row, kind, alone.now), oracle.spent(row, kind, alone.now))
        for word, rows in (("brand", oracle.brands), ("campaign", oracle.campaigns))
        for number, row in rows.items()
        for kind in (DAY, MONTH)
    ]
    states = [state_line(number, oracle.holds(row, alone.now)[:1]) for number, row in oracle.campaigns.items()]
    by_campaign = sorted(history, key=lambda line: int(line.split()[1]))
    ledger = [entry_line(entry) for entry in oracle.ledger]
    return {"ledger": ledger, "counters": counters, "states": states, "history": by_campaign}


def _changes(alone: Alone, was_running: dict[int, bool]) -> list[str]:
    """Return what started and stopped, of campaigns that ran (or not) before."""
    changes = []
    for number, campaign in alone.oracle.campaigns.items():
        holds = alone.oracle.holds(campaign, alone.now)
        if was_running.get(number, False) is bool(holds):
            changes.append(change_line(number, alone.now, holds))
    return changes


def entry_line(entry: Entry) -> str:
    """This will write an entry."""
    words = (entry.campaign, _plain(entry.amount), entry.at.isoformat(), entry.local_day.isoformat())
    return f"{words} {entry.source}/{entry.reference} corrects {entry.corrects}"


def counter_line(owner: str, kind: str, since: datetime, spent: Decimal) -> str:
    """This will write a counter."""
    return f"{owner}: {_plain(spent)} in the {kind} since {since.isoformat()}"


def state_line(number: int, headline: Sequence[str]) -> str:
    """This will write a state."""
    return f"campaign {number}: {headline[0] if headline else 'running'}"


def change_line(number: int, moment: datetime, holds: Sequence[str]) -> str:
    """This will write a start or a stop."""
    return f"campaign {number} {moment.isoformat()}: {', '.join(holds) or 'started'}"


def _plain(amount: Decimal) -> str:
    return f"{amount:.6f}"


def write_all() -> None:
    """This will write all recordings anew."""
    FOLDER.mkdir(exist_ok=True)
    for seed in SEEDS:
        (FOLDER / f"{seed}.json").write_text(json.dumps(asdict(record(seed)), indent=1) + "\n")
