"""What a client knows of its spends, kept on disk as it would keep it: before it sends, and after it is answered.

    acknowledged ⊆ stored ⊆ acknowledged ∪ unknown

A spend is *acknowledged* once an answer says that it counts, *refused* once an answer says that it never will as it is,
and *unknown* while nobody has answered, or only somebody who could not say. Sent again under its reference, what is
unknown counts exactly once.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

from tests.faults.system import Answer, Client, NoAnswerError, System

MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Spend:
    """A spend as its sender names it."""

    reference: str
    campaign: int
    amount: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the journal: a spend is about to be sent (no status), or was answered."""

    spend: Spend
    status: int = 0
    code: str = ""

    @property
    def is_sending(self) -> bool:
        """Whether it was written before the spend was sent."""
        return self.status == 0

    @property
    def is_acknowledged(self) -> bool:
        """Whether somebody said that the spend counts."""
        return self.status in (200, 201)

    @property
    def is_refused(self) -> bool:
        """Whether somebody said that it never will, as it is."""
        return 400 <= self.status < 500


class Journal:
    """The file of one client, which may send from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def send(self, client: Client, spend: Spend) -> Answer | None:
        """This will send a spend, note what is known of it, and return the answer, if there was one."""
        self._write(Line(spend))
        facts = {"campaign": spend.campaign, "amount": spend.amount, "reference": spend.reference}
        try:
            answer = client.post("/spend", facts)
        except NoAnswerError:
            return None
        self._write(Line(spend, answer.status, answer.code))
        return answer

    @property
    def sent(self) -> dict[str, Spend]:
        """All spends, by reference."""
        return {line.spend.reference: line.spend for line in self._read()}

    @property
    def acknowledged(self) -> set[str]:
        """References of which somebody said that they count."""
        return {line.spend.reference for line in self._read() if line.is_acknowledged}

    @property
    def unknown(self) -> dict[str, Spend]:
        """Spends of which nobody has said yes or no, by reference."""
        answered = {line.spend.reference for line in self._read() if line.is_acknowledged or line.is_refused}
        return {name: spend for name, spend in self.sent.items() if name not in answered}

    @property
    def answers(self) -> Counter[str]:
        """How often each status was answered, with its code, such as `503 database_away`; and how often nobody did."""
        lines = self._read()
        told = Counter(f"{line.status} {line.code}".rstrip() for line in lines if not line.is_sending)
        nobody = len(lines) - 2 * told.total()
        return told + Counter({"no answer": nobody})

    def check(self, system: System) -> None:
        """This will compare what the database has with what the client knows.

        A test fails if something acknowledged is missing or there twice, or something is there that nobody sent.
        """
        stored, sent, acknowledged = stored_references(system), self.sent, self.acknowledged
        possible = acknowledged | self.unknown.keys()
        twice = sorted(name for name, count in stored.items() if count > 1)
        assert not twice, f"counted twice: {twice}"
        assert acknowledged <= stored.keys(), f"acknowledged and lost: {sorted(acknowledged - stored.keys())}"
        assert stored.keys() <= possible, f"there, but refused or never sent: {sorted(stored.keys() - possible)}"
        assert stored_total(system) == sum((Decimal(sent[name].amount) for name in stored), Decimal(0))

    def settle(self, system: System, client: Client) -> None:
        """This will send what is unknown again, and check that all that was sent is there then, exactly once."""
        self.check(system)
        for spend in self.unknown.values():
            answer = self.send(client, spend)
            assert answer is not None, f"{spend}: nobody answered"
            assert answer.status in (200, 201), f"{spend}: {answer}"
        assert not self.unknown
        self.check(system)

    def _write(self, line: Line) -> None:
        # Closed, so that it is out of our hands before anything else happens.
        with self._lock, self._path.open("a") as file:
            file.write(json.dumps(asdict(line)) + "\n")

    def _read(self) -> list[Line]:
        facts = [json.loads(line) for line in self._path.read_text().splitlines()]
        return [Line(Spend(**fact["spend"]), fact["status"], fact["code"]) for fact in facts]


def stored_references(system: System) -> Counter[str]:
    """This will return how often each reference stands in the ledger."""
    found = system.query("SELECT reference, count(*) FROM campaigns_spendlog WHERE reference <> '' GROUP BY reference")
    return Counter({str(reference): int(count or 0) for reference, count in found})


def stored_total(system: System) -> Decimal:
    """This will return the sum of the ledger."""
    [(micros,)] = system.query("SELECT CAST(coalesce(sum(amount_micros), 0) AS bigint) FROM campaigns_spendlog")
    return Decimal(micros or 0) / MICROS
