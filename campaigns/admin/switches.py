"""What can be done to many brands or campaigns at once: switch them on or off, start their day or month anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from campaigns.admin.asking import (
    BACK,
    FORESEEN_ROWS,
    NAMED_ROWS,
    AskedRow,
    Question,
    ask,
    is_about_nothing,
    is_confirmed,
    summary,
)
from campaigns.admin.base import DeskAdmin
from campaigns.models import Brand, Campaign
from campaigns.queries.preview import Preview
from campaigns.rules.periods import PeriodKind

_Counted = TypeVar("_Counted", bound=Brand | Campaign)

_FIRST = ("activate", "pause", "reset_day", "reset_month", "delete_selected")


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done to many rows.

    :param title: what is asked, with a place for "3 campaigns".
    :param sentences: what it does, and what not.
    :param did: the beginning of the sentence that reports it.
    :param log: what the row's history says.
    """

    title: str
    sentences: tuple[str, ...]
    yes: str
    did: str
    failed: str
    log: str
    is_enabled: bool | None = None
    kind: PeriodKind | None = None


_STARTS_ANEW = "Spend from now on counts from 0. The ledger keeps every entry."

ACTIVATE = Act(
    "Switch {} on?",
    ("Whatever nothing else holds starts at once. Budgets, flights and windows still hold what they hold.",),
    "Yes, switch on", "Switched on", "Not switched", "Switched on.", is_enabled=True,
)  # fmt: skip
PAUSE = Act(
    "Switch {} off?",
    ("What runs stops at once, and nothing but a person switches it on again.",),
    "Yes, switch off", "Switched off", "Not switched", "Switched off.", is_enabled=False,
)  # fmt: skip
RESET_DAY = Act(
    "Start today's count of {} anew?",
    (_STARTS_ANEW, "What today's budget held may start, and may spend that budget once more today."),
    "Yes, start today anew", "Today's spend starts at 0 (the ledger keeps every entry) for", "Not reset",
    "Today's count started anew.", kind=PeriodKind.DAY,
)  # fmt: skip
RESET_MONTH = Act(
    "Start this month's count of {} anew?",
    (_STARTS_ANEW, "What the month's budget held may start, and may spend that budget once more this month."),
    "Yes, start the month anew", "This month's spend starts at 0 (the ledger keeps every entry) for", "Not reset",
    "This month's count started anew.", kind=PeriodKind.MONTH,
)  # fmt: skip


class SwitchedAdmin(DeskAdmin[_Counted]):
    """The base of the pages of brands and campaigns: bulk actions, each row in a transaction of its own."""

    actions: tuple[str, ...] = _FIRST

    def switch(self, request: HttpRequest, row: _Counted, *, is_enabled: bool) -> str:
        """Switch one row on or off, and say in a few words what became of it.

        :raises Refusal: as the service does.
        """
        raise NotImplementedError

    def reset(self, request: HttpRequest, row: _Counted, kind: PeriodKind) -> str:
        """Start the row's day or month now, and say in a few words what became of it.

        :raises Refusal: as the service does.
        """
        raise NotImplementedError

    def foresee(self, rows: QuerySet[_Counted], act: Act) -> list[Preview]:
        """Return what would become of the campaigns that the act is about."""
        raise NotImplementedError

    def asked_row(self, row: _Counted, foreseen: Sequence[Preview]) -> AskedRow:
        """Return what the question says of one row; nothing is foreseen where there are too many."""
        raise NotImplementedError

    @admin.action(permissions=["change"], description="Switch on…")
    def activate(self, request: HttpRequest, queryset: QuerySet[_Counted]) -> HttpResponse | None:
        """Ask, then switch the rows on."""
        return self._ask_or_do(request, queryset, ACTIVATE)

    @admin.action(permissions=["change"], description="Switch off…")
    def pause(self, request: HttpRequest, queryset: QuerySet[_Counted]) -> HttpResponse | None:
        """Ask, then switch the rows off."""
        return self._ask_or_do(request, queryset, PAUSE)

    @admin.action(permissions=["change"], description="Reset today's spend…")
    def reset_day(self, request: HttpRequest, queryset: QuerySet[_Counted]) -> HttpResponse | None:
        """Ask, then start the rows' day now."""
        return self._ask_or_do(request, queryset, RESET_DAY)

    @admin.action(permissions=["change"], description="Reset this month's spend…")
    def reset_month(self, request: HttpRequest, queryset: QuerySet[_Counted]) -> HttpResponse | None:
        """Ask, then start the rows' month now."""
        return self._ask_or_do(request, queryset, RESET_MONTH)

    def _ask_or_do(self, request: HttpRequest, rows: QuerySet[_Counted], act: Act) -> HttpResponse | None:
        if is_about_nothing(self, request, rows):
            return None
        if not is_confirmed(self, request, rows):
            return ask(self, request, rows, self._question(rows, act))
        only = rows.first() if BACK in request.POST and rows.count() == 1 else None
        self.each(request, rows, self._doing(request, act), did=act.did, failed=act.failed, log=act.log)
        return None if only is None else HttpResponseRedirect(self.page_of(only))

    def _doing(self, request: HttpRequest, act: Act) -> Callable[[_Counted], str]:
        def do(row: _Counted) -> str:
            if act.kind is not None:
                return self.reset(request, row, act.kind)
            return self.switch(request, row, is_enabled=bool(act.is_enabled))

        return do

    def _question(self, rows: QuerySet[_Counted], act: Act) -> Question:
        count = rows.count()
        foreseen = self.foresee(rows, act) if count <= FORESEEN_ROWS else []
        return Question(
            title=act.title.format(self.count_words(count)),
            sentences=(*act.sentences, *([summary(foreseen)] if foreseen else [])),
            yes=act.yes,
            rows=[self.asked_row(row, foreseen) for row in rows[:NAMED_ROWS]],
        )
