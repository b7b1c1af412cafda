"""Filters of the lists of brands and campaigns."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from campaigns.admin.base import DeskAdmin
from campaigns.admin.choices import keys_among
from campaigns.models import Brand, Campaign, SpendImport, Status
from campaigns.queries.narrowing import UsedShare, flight_ends_soon, used_at_least
from campaigns.queries.reach import reach_of

_Row = TypeVar("_Row", bound=Model)


class DeskFilter(admin.SimpleListFilter):
    """A filter that knows the moment of its request."""

    choices_in_words: tuple[tuple[str, str], ...] = ()

    def __init__(
        self, request: HttpRequest, params: dict[str, list[str]], model: type[Any], model_admin: DeskAdmin[Any]
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.now = model_admin.now

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return what can be chosen."""
        return list(self.choices_in_words)

    def queryset(self, request: HttpRequest, queryset: QuerySet[_Row]) -> QuerySet[_Row]:
        """Keep what was chosen; what cannot be chosen keeps everything."""
        chosen = self.value()
        known = {value for value, _ in self.lookup_choices}
        return queryset.filter(self.condition(chosen)) if chosen in known and chosen is not None else queryset

    def condition(self, chosen: str) -> Q:
        """Return what keeps the rows that were chosen."""
        raise NotImplementedError


class StatusFilter(DeskFilter):
    """Campaigns by their state in three words."""

    title = "status"
    parameter_name = "status"
    choices_in_words = tuple((status.value, status.value) for status in Status)

    def condition(self, chosen: str) -> Q:
        """Keep what has that state."""
        return {
            Status.ACTIVE: Q(is_active=True),
            Status.PAUSED: Q(is_active=False, is_enabled=True),
            Status.INACTIVE: Q(is_enabled=False),
        }[Status(chosen)]


class UsedFilter(DeskFilter):
    """Brands or campaigns of which a budget is nearly, or wholly, used."""

    title = "budget"
    parameter_name = "used"
    choices_in_words = ((UsedShare.NEARLY.value, "80 % used or more"), (UsedShare.ALL.value, "used up"))

    def condition(self, chosen: str) -> Q:
        """Keep what has used so much of a budget of its own, today or this month."""
        column = "time_zone" if self.model is Brand else "brand__time_zone"
        return used_at_least(UsedShare(chosen), now=self.now, zone_column=column)

    def __init__(
        self, request: HttpRequest, params: dict[str, list[str]], model: type[Any], model_admin: DeskAdmin[Any]
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.model = model


class FlightFilter(DeskFilter):
    """Campaigns whose flight ends soon."""

    title = "flight"
    parameter_name = "flight"
    choices_in_words = (("ends-soon", "ends within 7 days"),)

    def condition(self, chosen: str) -> Q:
        """Keep those whose last day is near."""
        return flight_ends_soon(now=self.now)


class BlockerFilter(DeskFilter):
    """Campaigns by what holds them first."""

    title = "held by"
    parameter_name = "paused_because__exact"
    choices_in_words = tuple(Campaign._meta.get_field("paused_because").flatchoices)

    def condition(self, chosen: str) -> Q:
        """Keep those with that headline."""
        return Q(paused_because=chosen)


class DayFilter(admin.DateFieldListFilter):
    """The filter by a local day. One whole day is asked for as such: by the index that has its rows in their order."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        """Keep the rows of these days."""
        first, behind = map(self._asked_for, (self.lookup_kwarg_since, self.lookup_kwarg_until))
        if first and behind and behind - first == timedelta(days=1):
            return queryset.filter(**{self.field_path: first})
        return super().queryset(request, queryset)

    def _asked_for(self, name: str) -> date | None:
        values = self.used_parameters.get(name)
        try:
            return date.fromisoformat(values[0]) if isinstance(values, list) and len(values) == 1 else None
        except ValueError:
            return None


class OneRowFilter(DeskFilter):
    """Shows that a list is narrowed to what belongs to one row, by a link from that row's page, and leads back."""

    # The way from a row of the list to what it belongs to.
    way: str

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return the one that the address names, in its words; nothing to choose where it names none."""
        asked = keys_among(request.GET.getlist(self.parameter_name or ""))
        if not asked:
            return []
        # By the rows of the list: nobody is told the name of what they may not see.
        of_it = model_admin.get_queryset(request).filter(**{f"{self.way}__id": asked[0]}).select_related(self.way)
        # Any of them: to find the first one would be to look through all others.
        row = next(iter(of_it.order_by()[:1]), None)
        return [(asked[0], asked[0] if row is None else self.words(getattr(row, self.way)))]

    def words(self, owner: Any) -> str:
        """Return what it is called."""
        return str(owner)

    def condition(self, chosen: str) -> Q:
        """Keep what belongs to it."""
        return Q(**{f"{self.way}__id": chosen})


class OneCampaignFilter(OneRowFilter):
    """What belongs to one campaign."""

    title = "campaign"
    parameter_name = "campaign__id__exact"
    way = "campaign"


class OneImportFilter(OneRowFilter):
    """What one import recorded."""

    title = "import"
    parameter_name = "spend_import__id__exact"
    way = "spend_import"

    def words(self, owner: SpendImport) -> str:
        """Return its number and its file."""
        return f"{owner.pk}: {owner.file_name}"


class RowsFilter(admin.RelatedFieldListFilter):
    """The filter by what a row belongs to, such as its brand: it offers what the person may see."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        """Return what can be chosen."""
        reach = reach_of(request.user)
        rows = reach.rows(field.related_model._default_manager.order_by())
        limits = {} if reach.is_everything else {"pk__in": rows.values("pk")}
        ordering = self.field_admin_ordering(field, request, model_admin)
        choices: list[tuple[str, Any]] = field.get_choices(
            include_blank=False, ordering=ordering, limit_choices_to=limits
        )
        return choices


# In place of Django's, wherever a list names such a filter.
admin.FieldListFilter.register(lambda field: bool(field.remote_field), RowsFilter, take_priority=True)
