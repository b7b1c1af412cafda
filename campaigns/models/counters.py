"""What brands and campaigns have in common: two budgets, and two counters that know their period."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models.base import ModelBase

from campaigns.models.fields import MoneyField
from campaigns.rules.budgets import BudgetUse, BudgetUses
from campaigns.rules.periods import EARLIEST_MOMENT, CurrentPeriods, PeriodKind, period_from


class Counted(models.Model):
    """A row with budgets, and with counters that are a cache of the ledger.

    A counter is the sum of the ledger from its `since` to the end of the period that contains `since`. Where that
    period is over, the counter says nothing about the present: readers take it as 0.
    """

    # What services derive from the ledger and the rules. A plain `save()` leaves it as the database has it now.
    DERIVED: ClassVar[frozenset[str]] = frozenset(
        {"current_daily_spend", "current_monthly_spend", "daily_since", "monthly_since"}
    )

    is_enabled = models.BooleanField("switched on", default=True, help_text="A person's switch. Nothing else moves it.")
    daily_budget = MoneyField(null=True, blank=True, help_text="Empty: no limit. 0: may not run.")
    monthly_budget = MoneyField(null=True, blank=True, help_text="Empty: no limit. 0: may not run.")
    current_daily_spend = MoneyField("spent today", default=Decimal(0), editable=False)
    current_monthly_spend = MoneyField("spent this month", default=Decimal(0), editable=False)
    # A row made without a service starts as one of an older period: the next pass brings it forward.
    daily_since = models.DateTimeField("day counted since", default=EARLIEST_MOMENT, editable=False)
    monthly_since = models.DateTimeField("month counted since", default=EARLIEST_MOMENT, editable=False)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(daily_budget__isnull=True) | models.Q(daily_budget__gte=Decimal(0)),
                name="%(class)s_daily_budget_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(monthly_budget__isnull=True) | models.Q(monthly_budget__gte=Decimal(0)),
                name="%(class)s_monthly_budget_not_negative",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="%(class)s_name_not_empty"),
        ]

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Save the row; of an existing one, only what people decide, so that an old copy never undoes a counter."""
        if update_fields is None and not self._state.adding:
            columns = [field.name for field in self._meta.concrete_fields if not field.primary_key]
            update_fields = [name for name in columns if name not in self.DERIVED]
        super().save(force_insert=force_insert, force_update=force_update, using=using, update_fields=update_fields)

    def budget_uses(self, periods: CurrentPeriods) -> BudgetUses:
        """Return the use of both budgets in that day and that month; a counter of an older period counts as 0."""
        daily = self.current_daily_spend if self.daily_since >= periods.day.start else Decimal(0)
        monthly = self.current_monthly_spend if self.monthly_since >= periods.month.start else Decimal(0)
        return BudgetUses(day=BudgetUse(self.daily_budget, daily), month=BudgetUse(self.monthly_budget, monthly))

    def counted_span(self, kind: PeriodKind, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the first moment that belongs into the counter of that kind, as far as it has come, and its end."""
        since = self.since(kind)
        return since, period_from(kind, since, zone).end

    def since(self, kind: PeriodKind) -> datetime:
        """Return the moment from which the counter of that kind counts."""
        return self.daily_since if kind is PeriodKind.DAY else self.monthly_since

    def counter(self, kind: PeriodKind) -> Decimal:
        """Return the counter of that kind, whatever its period."""
        return self.current_daily_spend if kind is PeriodKind.DAY else self.current_monthly_spend

    def set_counter(self, kind: PeriodKind, *, since: datetime, spent: Decimal) -> None:
        """Put the counter of that kind to a new start and sum, in memory."""
        if kind is PeriodKind.DAY:
            self.daily_since, self.current_daily_spend = since, spent
        else:
            self.monthly_since, self.current_monthly_spend = since, spent
