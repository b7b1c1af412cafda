"""Reported totals: ad platforms report a day's total so far, and restate it for days. The difference is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from campaigns.errors import InvalidMoment, InvalidText, InvalidTimeZone, ManyRefusals, Refusal
from campaigns.models import Brand, Campaign, SpendLog, StatusChange
from campaigns.rules.money import format_amount, parse_total
from campaigns.rules.periods import EARLIEST_MOMENT, PeriodKind, check_day, local_day, period_of_day
from campaigns.rules.texts import parse_source
from campaigns.services import months
from campaigns.services.database import writing
from campaigns.services.driver import make_model
from campaigns.services.locks import lock_brands_of_campaigns, no_campaign
from campaigns.services.periods import after_resets
from campaigns.services.posting import post, prepare
from campaigns.services.scans import spent_on_days
from campaigns.services.statements import ReferenceTaken

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ReportedTotal:
    """What a platform says that a campaign has spent on a local day so far.

    :param total: units, zero or more, at most 6 decimals.
    :param source: the platform; totals of different sources for a day add up.
    :param import_id: the import that brings it, if one does.
    """

    campaign_id: int
    source: str
    day: date
    total: str | int | Decimal
    import_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReportedReceipt:
    """What became of one reported total.

    :param recorded_before: what was recorded for this campaign, source and day until now.
    :param entry: the entry over the difference; None if there was none.
    :param campaign: the campaign after the whole call.
    :param changes: starts and stops in the brand that the call caused.
    """

    total: Decimal
    recorded_before: Decimal
    entry: SpendLog | None
    campaign: Campaign
    brand: Brand
    changes: tuple[StatusChange, ...]

    @property
    def difference(self) -> Decimal:
        """What was added to the ledger; below zero where the platform took something back."""
        return self.total - self.recorded_before


def record_reported_total(
    *, campaign_id: int, source: str, day: date, total: str | int | Decimal, now: datetime, actor: str = ""
) -> ReportedReceipt:
    """Record the difference between a platform's total for the day and what is recorded for it. See `ReportedTotal`.

    :raises Refusal: InvalidAmount, InvalidText, InvalidMoment (a day in the future, or one that clocks skip), NotFound,
        InvalidTimeZone or CounterOverflow; nothing is written.
    """
    report = ReportedTotal(campaign_id, source, day, total)
    try:
        return record_reported_totals(totals=[report], now=now, actor=actor)[0]
    except ManyRefusals as refusals:
        raise refusals.refusals[0][1] from None


def record_reported_totals(*, totals: Sequence[ReportedTotal], now: datetime, actor: str = "") -> list[ReportedReceipt]:
    """Record totals of any number of campaigns and days, all or none. The same totals twice change nothing.

    :returns: one receipt for each, in the same order.
    :raises ManyRefusals: with every refused total by its index, from 0; nothing is written.
    """
    reports = _check(totals)
    with writing():
        parts = _locked_parts(reports)
        ManyRefusals.raise_if_any([refusal for part in parts for refusal in _ready(part, now)])
        receipts: dict[int, ReportedReceipt] = {}
        for part in parts:
            receipts.update(_record(part, now=now, actor=actor))
    return [receipts[index] for index in range(len(totals))]


# A campaign, a source and a day.
_Key: TypeAlias = tuple[int, str, date]


class _Report(NamedTuple):
    """A checked report. A tuple: there may be very many, and nothing is made faster."""

    key: _Key
    total: Decimal
    import_id: int | None

    @property
    def campaign_id(self) -> int:
        return self.key[0]

    @property
    def day(self) -> date:
        return self.key[2]


@dataclass(slots=True)
class _Part:
    """The part of a call that belongs to one brand, whose lock is held.

    :param reports: by their index in the call.
    :param changes: starts and stops so far.
    """

    brand: Brand
    campaigns: dict[int, Campaign] = field(default_factory=dict)
    reports: dict[int, _Report] = field(default_factory=dict)
    changes: tuple[StatusChange, ...] = ()


def _check(totals: Sequence[ReportedTotal]) -> dict[int, _Report]:
    reports: dict[int, _Report] = {}
    refusals: list[tuple[int, Refusal]] = []
    seen: set[_Key] = set()
    for index, given in enumerate(totals):
        try:
            report = _parse(given)
            if report.key in seen:
                raise InvalidText("There is a second total for this campaign, source and day.", field="day")
        except Refusal as refusal:
            refusals.append((index, refusal))
        else:
            seen.add(report.key)
            reports[index] = report
    ManyRefusals.raise_if_any(refusals)
    return reports


def _parse(given: ReportedTotal) -> _Report:
    source = parse_source(given.source)
    if not source:
        raise InvalidText("A reported total needs a source: name the platform that reports it.", field="source")
    if given.day.year < EARLIEST_MOMENT.year:
        raise InvalidMoment(f"The year {given.day.year} cannot be right for a spend.", field="day")
    return _Report((given.campaign_id, source, given.day), parse_total(given.total), given.import_id)


def _locked_parts(reports: Mapping[int, _Report]) -> list[_Part]:
    """Lock the brands of the reports, in order, and deal the reports out to them."""
    locked = lock_brands_of_campaigns({report.campaign_id for report in reports.values()})
    parts = {key: _Part(brand) for key, brand in locked.brands.items()}
    missing: list[tuple[int, Refusal]] = []
    for index, report in reports.items():
        campaign = locked.campaigns.get(report.campaign_id)
        if campaign is None:
            missing.append((index, no_campaign(report.campaign_id)))
        else:
            parts[campaign.brand_id].campaigns[campaign.pk] = campaign
            parts[campaign.brand_id].reports[index] = report
    ManyRefusals.raise_if_any(missing)
    return list(parts.values())


def _ready(part: _Part, now: datetime) -> list[tuple[int, Refusal]]:
    """Bring the brand to the present, and return what cannot be recorded."""
    brand = part.brand
    try:
        part.changes = prepare(brand=brand, campaigns=list(part.campaigns.values()), now=now)
    except InvalidTimeZone as refusal:
        return [(index, refusal) for index in part.reports]
    refusals: list[tuple[int, Refusal]] = []
    for index, report in part.reports.items():
        try:
            _check_day(report.day, brand, now)
        except InvalidMoment as refusal:
            refusals.append((index, refusal))
    return refusals


def _check_day(day: date, brand: Brand, now: datetime) -> None:
    if day > local_day(now, brand.zone):
        raise InvalidMoment(f"{day} has not begun in {brand.time_zone}: it cannot have a total.", field="day")
    check_day(day, brand.zone, field="day")


def _record(part: _Part, *, now: datetime, actor: str) -> dict[int, ReportedReceipt]:
    """Post the differences, and say what became of every report."""
    recorded = _recorded(part.reports)
    moments = {
        key: after_resets(brand=part.brand, campaign=campaign, now=now) for key, campaign in part.campaigns.items()
    }
    ends = {day: _last_instant(day, part.brand) for day in {report.day for report in part.reports.values()}}
    entries = {
        index: _difference(
            report, recorded[report.key], min(moments[report.campaign_id], ends[report.day]), now, part.brand.currency
        )
        for index, report in part.reports.items()
        if report.total != recorded[report.key]
    }
    try:
        part.changes += post(
            brand=part.brand, campaigns=part.campaigns, entries=list(entries.values()), now=now, actor=actor
        )
    except ReferenceTaken:
        # They have no references: their days are in months that were taken out.
        refusals = months.why_skipped(months.wanted_of(entries.values()), day_field="day")
        ManyRefusals.raise_if_any([(list(entries)[place], refusal) for place, refusal in refusals.items()])
        raise
    return {
        index: ReportedReceipt(
            total=report.total,
            recorded_before=recorded[report.key],
            entry=entries.get(index),
            campaign=part.campaigns[report.campaign_id],
            brand=part.brand,
            changes=part.changes,
        )
        for index, report in part.reports.items()
    }


def _recorded(reports: Mapping[int, _Report]) -> dict[_Key, Decimal]:
    """Return what is recorded for each campaign, source and day, corrections included."""
    keys = [report.key for report in reports.values()]
    return dict(zip(keys, spent_on_days(keys), strict=True))


def _last_instant(day: date, brand: Brand) -> datetime:
    return period_of_day(PeriodKind.DAY, day, brand.zone).end - _TICK


def _difference(report: _Report, recorded: Decimal, moment: datetime, now: datetime, currency: str) -> SpendLog:
    """Return the entry over the difference.

    :param moment: now, for today; of an earlier day its last instant.
    """
    campaign_id, source, day = report.key
    total, before = format_amount(report.total, currency), format_amount(recorded, currency)
    columns = {
        "id": None,
        "campaign_id": campaign_id,
        "amount": report.total - recorded,
        "occurred_at": moment,
        "recorded_at": now,
        "local_day": day,
        "description": f"day total {total}, recorded before {before}",
        "source": source,
        "reference": "",
        "corrects_id": None,
        "spend_import_id": report.import_id,
    }
    return make_model(SpendLog, columns)
