"""Columns: what was spent in each stretch of time, hour by hour or day by day, with the pauses drawn in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.safestring import SafeString

from campaigns.admin.pictures import amounts, canvas
from campaigns.admin.pictures.scale import scale_for

_TOP = 20.0
_STRIP = 7.0
# What stands below the ground line: the band, and the labels.
_BAND, _LABELS = 12, 22
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Column:
    """A stretch of time and what was spent in it.

    :param name: what it is called: `14:00`, `Fri 20 Nov`.
    :param label: what stands below it; most have no room for any.
    """

    start: datetime
    end: datetime
    spent: Decimal
    name: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of time in which it ran, or was held; `words` say which, from when to when, and why."""

    start: datetime
    end: datetime
    is_running: bool
    words: str


def columns_picture(
    columns: Sequence[Column],
    *,
    key: str,
    title: str,
    description: str,
    currency: str,
    now: datetime,
    height: int = 150,
    phases: Sequence[Phase] | None = None,
) -> SafeString:
    """Return the picture of at least one column.

    :param height: in pixels.
    :param phases: when it ran and when it was held; None: nothing is said about that.
    """
    ground = float(height - _LABELS - (0 if phases is None else _BAND))
    scale = scale_for([column.spent for column in columns], top=_TOP, bottom=ground)
    time = _Time(columns[0].start, columns[-1].end)
    pieces = [
        *_strip(phases, time, ground),
        *amounts.levels(scale, most=2),
        *(
            amounts.column(
                column.spent, name=column.name, number=number, count=len(columns), scale=scale, currency=currency,
                is_now=column.start <= now < column.end,
            )
            for number, column in enumerate(columns)
        ),
        canvas.across("ground", y=scale.y(_ZERO)),
        *_labels(columns, height, now),
    ]  # fmt: skip
    return canvas.picture(pieces, key=key, kind="columns", height=height, title=title, description=description)


@dataclass(frozen=True, slots=True)
class _Time:
    """From moments to percent across."""

    start: datetime
    end: datetime

    def x(self, moment: datetime) -> float:
        inside = min(max(moment, self.start), self.end)
        return (inside - self.start) / (self.end - self.start) * 100


def _strip(phases: Sequence[Phase] | None, time: _Time, ground: float) -> list[SafeString]:
    """Return a band below the columns that says when it ran; where it was held, the columns' ground is coloured too."""
    pieces = []
    for phase in phases or ():
        x, width = time.x(phase.start), time.x(phase.end) - time.x(phase.start)
        if width > 0 and not phase.is_running:
            pieces.append(canvas.bar("held-ground", x=x, width=width, top=_TOP, height=ground - _TOP))
        if width > 0:
            kind = "ran" if phase.is_running else "held"
            pieces.append(canvas.bar(kind, x=x, width=width, top=ground + 5, height=_STRIP, words=phase.words))
    return pieces


def _labels(columns: Sequence[Column], height: int, now: datetime) -> list[SafeString]:
    return [
        canvas.words(
            column.label,
            x=_label_place(number, len(columns))[0],
            y=height - 5,
            kind="tick tick-now" if column.start <= now < column.end else "tick",
            anchor=_label_place(number, len(columns))[1],
        )
        for number, column in enumerate(columns)
        if column.label
    ]


def _label_place(number: int, count: int) -> tuple[float, str]:
    """Return where a label stands, and what of it: below its column, but within the picture."""
    if number in (0, count - 1):
        return (0, "start") if number == 0 else (100, "end")
    return (number + 0.5) * 100 / count, "middle"
