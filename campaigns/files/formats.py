"""Formats: the reports of the platforms, known by the columns that they have. Each leads to a layout."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from campaigns.files.cells import Unit
from campaigns.files.layout import Layout

# What platforms write where they have no number.
MISSING = frozenset({"--", "-", "–", "—"})


@dataclass(frozen=True, slots=True)
class Format:
    """A platform's report. Its columns stand here without case, spaces and signs: `Campaign ID` is `campaignid`.

    :param source: the platform; its day totals are told from those of others by it.
    :param campaign_id: columns that may hold the platform's id of the campaign, the best first; so with the others.
    :param also: columns that it has besides, at least one of each group; they tell it from other reports.
    :param last_day: columns with the end of a row's days; it has to be the row's day.
    :param is_total_by_day: False for our own export, whose rows are entries.
    :param remark: what a person should know about its numbers.
    """

    code: str
    title: str
    source: str
    campaign_id: tuple[str, ...]
    campaign_name: tuple[str, ...]
    date: tuple[str, ...]
    amount: tuple[str, ...]
    currency: tuple[str, ...] = ("currency", "currencycode")
    reference: tuple[str, ...] = ()
    also: tuple[tuple[str, ...], ...] = ()
    last_day: tuple[str, ...] = ()
    unit: Unit = Unit.UNITS
    is_total_by_day: bool = True
    has_guarded_cells: bool = False
    remark: str = ""

    def layout(self, header: Iterable[str]) -> Layout | None:
        """Return where this header has what; None if it is not this format's."""
        columns = {_plain(name): name for name in reversed(tuple(header)) if name}
        campaign = _first(columns, self.campaign_id) or _first(columns, self.campaign_name)
        date, amount = _first(columns, self.date), _first(columns, self.amount)
        has_others = all(_first(columns, group) for group in self.also)
        if campaign is None or date is None or amount is None or not has_others:
            return None
        name = _first(columns, self.campaign_name)
        return Layout(
            campaign=campaign,
            date=date,
            amount=amount,
            unit=self.unit,
            reference=_first(columns, self.reference),
            campaign_name=None if name == campaign else name,
            currency=_first(columns, self.currency),
            last_day=_first(columns, self.last_day),
        )


GOOGLE_ADS = Format(
    code="google-ads",
    title="Google Ads campaign report",
    source="google-ads",
    campaign_id=("campaignid",),
    campaign_name=("campaign",),
    date=("day",),
    amount=("cost",),
)
MICROSOFT = Format(
    code="microsoft",
    title="Microsoft Advertising report",
    source="microsoft",
    campaign_id=("campaignid",),
    campaign_name=("campaignname",),
    date=("timeperiod", "gregoriandate"),
    amount=("spend",),
)
META = Format(
    code="meta",
    title="Meta Ads Manager report",
    source="meta",
    campaign_id=("campaignid",),
    campaign_name=("campaignname",),
    date=("day", "reportingstarts"),
    amount=("amountspent(*)", "amountspent"),
    last_day=("reportingends",),
)
LINKEDIN = Format(
    code="linkedin",
    title="LinkedIn campaign performance report",
    source="linkedin",
    campaign_id=("campaignid",),
    campaign_name=("campaignname",),
    date=("startdateinutc",),
    amount=("totalspent",),
    last_day=("enddateinutc",),
    remark="its days are UTC days; each counts on the brand's day of the same date",
)
TIKTOK = Format(
    code="tiktok",
    title="TikTok Ads Manager report",
    source="tiktok",
    campaign_id=("campaignid",),
    campaign_name=("campaignname",),
    date=("byday", "date"),
    amount=("cost",),
)
SNAPCHAT = Format(
    code="snapchat",
    title="Snapchat API extract",
    source="snapchat",
    campaign_id=("campaignid", "adsquadid", "adid"),
    campaign_name=(),
    date=("date", "datehour", "datehourutc"),
    amount=("spend",),
    also=(("swipes",),),
    unit=Unit.MICROS,
    remark="a time without an offset is the brand's local time",
)
GOOGLE_API = Format(
    code="google-ads-api",
    title="Google Ads API extract",
    source="google-ads",
    campaign_id=("campaignid", "id"),
    campaign_name=("campaignname",),
    date=("date", "dateday", "segmentsdate"),
    amount=("costmicros", "metricscostmicros"),
    unit=Unit.MICROS,
)
OWN_ENTRIES = Format(
    code="entries",
    title="export of entries from this desk",
    source="file",
    campaign_id=(),
    campaign_name=("campaign",),
    date=("occurredat",),
    amount=("amount",),
    reference=("entryreference",),
    also=(("entry",), ("recordedat",)),
    is_total_by_day=False,
    has_guarded_cells=True,
)

FORMATS = (GOOGLE_ADS, MICROSOFT, META, LINKEDIN, TIKTOK, SNAPCHAT, GOOGLE_API, OWN_ENTRIES)
BY_CODE = {one.code: one for one in FORMATS}

# Columns of reports whose rows have no single day.
_SPANS = {
    "dayoftheweek": "days of the week",
    "dayofweek": "days of the week",
    "houroftheday": "hours of the day",
    "hourofday": "hours of the day",
    "hour": "hours of the day",
    "week": "weeks",
    "month": "months",
    "monthofyear": "months",
    "quarter": "quarters",
    "year": "years",
}


def why_not(header: Iterable[str]) -> str | None:
    """Say what is missing of a report whose amounts are a platform's, but whose rows have no single day; else None."""
    names = {_plain(name) for name in header}
    titles = [
        one.title
        for one in FORMATS
        if names.intersection(one.amount) and names.intersection((*one.campaign_id, *one.campaign_name))
    ]
    if not titles:
        return None
    spans = sorted({_SPANS[name] for name in names if name in _SPANS})
    rows = f"its rows are {' and '.join(spans)}" if spans else "its rows cover the whole period"
    return f"This looks like a {titles[0]} without a column for single days: {rows}. Export it by day."


def currency_in_name(column: str) -> str | None:
    """Return the currency that stands in a column's name, such as `Amount spent (USD)`; None if there is none."""
    match = re.search(r"\(([A-Z]{3})\)\s*$", column)
    return match[1] if match else None


def is_currency_column(name: str) -> bool:
    """Tell whether a column holds the currency of its rows, by its name."""
    return _plain(name) in {"currency", "currencycode"}


def _plain(name: str) -> str:
    if currency_in_name(name):
        return f"{_plain(name[: name.rindex('(')])}(*)"
    return "".join(character for character in name.casefold() if character.isalnum())


def _first(columns: dict[str, str], names: Iterable[str]) -> str | None:
    """Return the header's own writing of the first of these columns that it has."""
    return next((columns[name] for name in names if name in columns), None)
