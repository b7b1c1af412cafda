"""People: Django's own pages of users, with the brands to which somebody is limited.

Somebody who keeps people without being a superuser touches no superuser and makes none: else they could be anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from campaigns.admin.base import actor_of
from campaigns.admin.log import describe_changes
from campaigns.models import Brand, BrandLimit
from campaigns.services.people import limit_person

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldsetSpec

_FOR_SUPERUSERS = ("is_superuser", "user_permissions")
_EVERY_BRAND = "every brand"


class PersonForm(UserChangeForm[User]):
    """Django's form of a user, and the limit."""

    is_limited = forms.BooleanField(
        required=False,
        label="Limited to certain brands",
        help_text="Sees, finds and changes only the brands below, and what belongs to them. Not ticked: every brand. "
        "Superusers are never limited.",
    )
    limited_to = forms.ModelMultipleChoiceField(
        queryset=Brand.objects.all(),
        required=False,
        label="Brands",
        widget=FilteredSelectMultiple("brands", is_stacked=False),
        help_text="Counts where the box above is ticked. None chosen: nothing is to be seen.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = BrandLimit.objects.filter(person=self.instance.pk).first()
        self.initial["is_limited"] = limit is not None
        self.initial["limited_to"] = list(limit.brands.all()) if limit else []


class PersonAdmin(UserAdmin[User]):
    """The pages of people."""

    form = PersonForm
    list_display = ("username", "first_name", "last_name", "in_groups", "sees", "is_staff", "is_active", "last_login")
    list_filter = ("is_active", "is_staff", "groups")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Load what every line names."""
        return super().get_queryset(request).prefetch_related("groups", "brand_limit__brands")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> _FieldsetSpec:
        """Ask for the limit of somebody who is there."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is None else [*fieldsets, ("Brands", {"fields": ("is_limited", "limited_to")})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[Any, ...]:
        """Let superusers alone give what could be used to become one."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, *(() if _is_superuser(request) else _FOR_SUPERUSERS))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep superusers, and with them their passwords, for superusers."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep superusers for superusers."""
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Store the groups, and the limit, if the person changed it."""
        super().save_related(request, form, formsets, change)
        if {"is_limited", "limited_to"} & set(form.changed_data):
            values = form.cleaned_data
            keys = [brand.pk for brand in values["limited_to"]] if values["is_limited"] else None
            limit_person(person_id=form.instance.pk, brand_ids=keys, actor=actor_of(request))

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, dict[str, list[str]]]]:
        """Keep old and new values in the log."""
        return describe_changes(form, super().construct_change_message(request, form, formsets, add))

    @admin.display(description="groups")
    def in_groups(self, person: User) -> str:
        """Return the groups."""
        return "superuser" if person.is_superuser else ", ".join(group.name for group in person.groups.all()) or "–"

    @admin.display(description="sees")
    def sees(self, person: User) -> str:
        """Return the brands that they may see."""
        limit: BrandLimit | None = getattr(person, "brand_limit", None)
        if person.is_superuser or limit is None:
            return _EVERY_BRAND
        return ", ".join(brand.name for brand in limit.brands.all()) or "no brand"

    @admin.display(description="limited to certain brands", boolean=True)
    def is_limited(self, person: User) -> bool:
        """Return whether there is a limit, for those who may look only."""
        return hasattr(person, "brand_limit")

    @admin.display(description="brands")
    def limited_to(self, person: User) -> str:
        """Return the brands, for those who may look only."""
        return self.sees(person)


def _is_superuser(request: HttpRequest) -> bool:
    return request.user.is_superuser


def _may_touch(request: HttpRequest, person: User | None) -> bool:
    return person is None or not person.is_superuser or _is_superuser(request)
