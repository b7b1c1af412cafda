"""`manage.py doctor`: is it alive, and if not, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich import box
from rich.table import Table
from rich.text import Text

from ad_system.signs.doctor import visit
from ad_system.signs.findings import Finding, Level, is_well
from campaigns.management.base import DeskCommand
from campaigns.management.refusals import Found

WORDS = {Level.OK: "ok", Level.WARNING: "warning", Level.ILL: "ILL"}
COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.ILL: "bold red"}


class Command(DeskCommand):
    help = (
        "Looks at everything that has to be well: database, migrations, broker, beat,\n"
        "passes, ledger, workers, disk, clocks, schedule, set-up. Each line says what was\n"
        "found and, where it is not well, what to do. It changes nothing.\n"
        "Exit code 1: something is ill."
    )
    examples = ("doctor", "doctor --json")
    has_json = True
    has_now = False

    def handle(self, *, as_json: bool, now: datetime, **options: object) -> None:
        findings = visit(now=now)
        if as_json:
            self.say_json({"status": "ok" if is_well(findings) else "ill", "checks": [_facts(one) for one in findings]})
        else:
            self.say_table(_table(findings))
        ill = list(dict.fromkeys(str(finding.part) for finding in findings if finding.level is Level.ILL))
        if ill:
            raise Found(f"not well: {', '.join(ill)}. The lines marked ILL say what to do.")


def _table(findings: Sequence[Finding]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Part")
    table.add_column("State")
    table.add_column("What was found, and what to do", overflow="fold")
    for finding in findings:
        state = Text(WORDS[finding.level], style=COLOURS[finding.level])
        table.add_row(Text(str(finding.part)), state, Text("\n".join(_lines(finding))))
    return table


def _lines(finding: Finding) -> Iterator[str]:
    yield finding.sentence
    if finding.advice:
        yield f"→ {finding.advice}"
    for detail in finding.details:
        yield f"  {detail}"


def _facts(finding: Finding) -> dict[str, str | list[str]]:
    return {
        "part": str(finding.part),
        "level": str(finding.level),
        "says": finding.sentence,
        "advice": finding.advice,
        "details": list(finding.details),
    }
