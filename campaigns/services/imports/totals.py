"""Imported day totals: the rows of a campaign and a day are summed, and the sum is what the platform reports so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from django.db.models import Sum

from campaigns.errors import ManyRefusals, Refusal
from campaigns.files import MOST_REMEMBERED, FileDate
from campaigns.models import SpendLog
from campaigns.rules.money import parse_total
from campaigns.services import months
from campaigns.services.imports.book import CampaignBook
from campaigns.services.imports.rows import CHUNK_ROWS, ImportOrder, Outcome, Reading, add_exactly, cut, pace_of_parts
from campaigns.services.reported import ReportedTotal, record_reported_totals
from campaigns.services.scans import spent_on_days

# A campaign (its key, or the value that names it if it is not created yet) and a day.
_Key = tuple[int | str, date]


@dataclass(slots=True)
class _DayTotal:
    """The rows of one campaign and day.

    :param line: of the first of them.
    :param exact: their sum, with as many decimals as the file has.
    """

    key: _Key
    line: int
    campaign: str
    exact: Decimal = Decimal(0)
    rounded: Decimal = Decimal(0)


def check_totals(reading: Reading, book: CampaignBook, order: ImportOrder) -> Iterator[int]:
    """Count what importing would do, reading only; what is refused is in `reading`. Yields the rows done."""
    for totals in cut(_all_totals(reading, book, order), CHUNK_ROWS):
        recorded = _recorded(totals, order.source or "")
        skipped = months.why_skipped([(0, "", total.key[1]) for total in totals], day_field="day")
        for place, refusal in skipped.items():
            if totals[place].rounded:
                reading.refuse(totals[place].line, refusal)
        for total in totals:
            _count(reading.outcome, total.rounded, recorded.get(total.key, Decimal(0)))
        yield reading.rows


def write_totals(
    reading: Reading, book: CampaignBook, order: ImportOrder, *, clock: Callable[[], datetime], actor: str
) -> Iterator[int]:
    """Record the differences, a transaction for each chunk, and count what became of them. Yields the rows done.

    :raises ManyRefusals: with the lines that were refused after all; their chunk is not written.
    """
    pace = pace_of_parts(CHUNK_ROWS)
    for totals in pace.parts(_all_totals(reading, book, order)):
        if reading.refusals:
            raise ManyRefusals(reading.refusals, row_word="line")
        reports = [_report(total, book, order) for total in totals]
        now, began = clock(), time.monotonic()
        try:
            receipts = record_reported_totals(totals=reports, now=now, actor=actor)
        except ManyRefusals as many:
            by_line = [(totals[index].line, refusal) for index, refusal in many.refusals]
            raise ManyRefusals(by_line, row_word="line") from many
        # More than the brand was held for: what is done before is short.
        pace.learn(len(totals), time.monotonic() - began)
        reading.outcome.changes += receipts[0].changes
        for receipt in receipts:
            _count(reading.outcome, receipt.total, receipt.recorded_before)
        yield reading.rows


def _all_totals(reading: Reading, book: CampaignBook, order: ImportOrder) -> list[_DayTotal]:
    """Return the file's totals and, where a day that is missing means zero, those of days that are gone."""
    totals = _day_totals(reading, book)
    gone = _gone(totals, book, order)
    reading.outcome.gone = len(gone)
    reading.outcome.gone_amount = sum(gone.values(), Decimal(0))
    if order.missing_is_zero:
        # A line of no row: the file says so as a whole.
        totals += [_DayTotal(key, 0, "", rounded=Decimal(0)) for key in gone]
    return totals


def _gone(totals: Sequence[_DayTotal], book: CampaignBook, order: ImportOrder) -> dict[_Key, Decimal]:
    """Return what is recorded from the source on the file's days, for campaigns and days that the file lacks."""
    days = [day for _, day in (total.key for total in totals)]
    if not days:
        return {}
    sums = (
        SpendLog.objects.filter(
            campaign__brand=book.brand, source=order.source or "", local_day__range=(min(days), max(days))
        )
        .order_by()
        .values_list("campaign_id", "local_day")
        .annotate(total=Sum("amount"))
    )
    known = {total.key for total in totals}
    recorded: dict[_Key, Decimal] = {(campaign_id, day): total for campaign_id, day, total in sums}
    return {key: total for key, total in recorded.items() if total and key not in known}


def _day_totals(reading: Reading, book: CampaignBook) -> list[_DayTotal]:
    """Sum the file's rows by campaign and day.

    An empty amount says nothing about its day, so it makes no total; a zero does: the platform may have taken all back.
    """
    totals: dict[_Key, _DayTotal] = {}
    # Days repeat.
    day_of: Callable[[FileDate], date] = lru_cache(MOST_REMEMBERED)(
        partial(_local_day, zone=reading.zone, now=reading.now)
    )
    for line, campaign, when, amount, _, _, _ in reading.spend_rows(names_by_content=False):
        try:
            day = day_of(when)
        except Refusal as refusal:
            reading.refuse(line, refusal)
            continue
        if not amount:
            reading.zero += 1
        if amount is not None:
            known = book.find(campaign)
            key = campaign if known is None else known, day
            total = totals.get(key)
            if total is None:
                total = totals[key] = _DayTotal(key, line, campaign)
            total.exact = add_exactly(total.exact, amount)
    return [total for total in totals.values() if _is_kept(total, reading)]


def _local_day(when: FileDate, *, zone: ZoneInfo, now: datetime) -> date:
    return when.local_day(zone, now=now)


def _is_kept(total: _DayTotal, reading: Reading) -> bool:
    try:
        whole = reading.rounded(total.exact)
        # It has whole micros and is not too large: it is no total only if it is below zero.
        total.rounded = whole if whole >= 0 else parse_total(whole)
    except Refusal as refusal:
        reading.refuse(total.line, type(refusal)(f"The day's total: {refusal}"))
        return False
    return True


def _report(total: _DayTotal, book: CampaignBook, order: ImportOrder) -> ReportedTotal:
    key, day = total.key
    campaign_id = key if isinstance(key, int) else book.key_of(total.campaign)
    return ReportedTotal(campaign_id, order.source or "", day, total.rounded, order.import_id)


def _recorded(totals: Sequence[_DayTotal], source: str) -> dict[_Key, Decimal]:
    """Return what is recorded for the campaigns and days from this source, corrections included."""
    known = [(campaign, day) for campaign, day in (total.key for total in totals) if isinstance(campaign, int)]
    sums = spent_on_days([(campaign, source, day) for campaign, day in known])
    return dict(zip(known, sums, strict=True))


def _count(outcome: Outcome, total: Decimal, recorded_before: Decimal) -> None:
    if total == recorded_before:
        # A zero that was never anything else is no spend that is known already.
        outcome.duplicate += bool(total)
    elif recorded_before:
        outcome.restated += 1
    else:
        outcome.new += 1
    outcome.recorded += total - recorded_before
