"""What people may do: what they were given, and of that, if they are limited to brands, what is about brands."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model

from campaigns.queries.reach import LIMITABLE, reach_of

# A new brand would lie outside of the limits of whoever made it.
_NEVER = {"campaigns.add_brand"}
_ABOUT_BRANDS = {
    f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
    for model in LIMITABLE
    for verb in model._meta.default_permissions
} - _NEVER


class LimitedBackend(ModelBackend):
    """Django's own way to sign in with a password, with the limits of people on top of their permissions.

    So that a page about people, schedules of tasks or whatever comes next is closed to somebody who is limited, without
    that page knowing of limits.
    """

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Model | None = None) -> set[str]:
        """Return what the person may do."""
        held = super().get_all_permissions(user_obj, obj)
        return held if not held or reach_of(user_obj).is_everything else held & _ABOUT_BRANDS
