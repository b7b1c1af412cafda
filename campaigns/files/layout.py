"""Layouts: where a spend file has what, by the names of its columns."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.files.cells import Unit


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a spend file has what.

    :param campaign: the name of the column that says which campaign.
    :param date: of the column that says when.
    :param amount: of the column that says how much, in `unit`.
    :param reference: of the column that names each row; None: the row's content names it.
    :param campaign_name: of a column with the campaign's name beside its id; None: there is none.
    :param currency: of the column that says in which currency; None: one called Currency or Currency code, if any.
    :param last_day: of a column with the end of the row's days; it has to be the same day.
    """

    campaign: str
    date: str
    amount: str
    reference: str | None = None
    unit: Unit = Unit.UNITS
    campaign_name: str | None = None
    currency: str | None = None
    last_day: str | None = None

    @property
    def wanted(self) -> tuple[str, ...]:
        """The columns that the file must have."""
        columns = (
            *(self.campaign, self.date, self.amount),
            *(self.reference, self.campaign_name, self.currency, self.last_day),
        )
        return tuple(name for name in columns if name is not None)
