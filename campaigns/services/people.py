"""People: the groups that are ready to use, and the limits of persons to brands."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q

from campaigns.errors import NotFound
from campaigns.models import BrandLimit
from campaigns.services.database import writing
from campaigns.services.locks import existing_brands

logger = logging.getLogger(__name__)

_LOOK = ("view",)
_WORK = ("view", "add", "change", "delete")


@dataclass(frozen=True, slots=True)
class ReadyGroup:
    """A group as it is made.

    :param rights: verbs by `app.model`; `*` is every model of the app.
    """

    name: str
    rights: Mapping[str, tuple[str, ...]]


_SEEN = {
    f"campaigns.{model}": _LOOK
    for model in (
        "auditentry",
        "brand",
        "campaign",
        "daypartingschedule",
        "spendimport",
        "spendlog",
        "statuschange",
    )
}

ACCOUNT_MANAGER = ReadyGroup(
    "Account manager",
    {
        **_SEEN,
        "campaigns.apikey": ("view", "add"),
        "campaigns.brand": ("view", "add", "change"),
        "campaigns.campaign": _WORK,
        "campaigns.daypartingschedule": _WORK,
        "campaigns.spendimport": ("view", "add", "change"),
        "campaigns.spendlog": _WORK,
        "campaigns.webhookdelivery": ("view", "change"),
        "campaigns.webhookendpoint": _WORK,
    },
)
ANALYST = ReadyGroup("Analyst (read-only)", _SEEN)
ADMINISTRATOR = ReadyGroup(
    "Administrator",
    {
        "campaigns.*": _WORK,
        "auth.user": _WORK,
        "auth.group": _WORK,
        "django_celery_beat.*": _WORK,
        "axes.accessattempt": ("view", "delete"),
        "axes.accesslog": _LOOK,
    },
)
READY_GROUPS = (ACCOUNT_MANAGER, ANALYST, ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class GroupsReport:
    """Which of the ready groups were made, put back to what they were made with, and left as they are."""

    made: tuple[str, ...]
    reset: tuple[str, ...]
    kept: tuple[str, ...]


def create_groups(*, resets: bool = False) -> GroupsReport:
    """Make the ready groups that are missing. One that is there is a person's: it stays as they have it.

    :param resets: put those that are there back to what they were made with.
    """
    made: list[str] = []
    reset: list[str] = []
    kept: list[str] = []
    with writing():
        for ready in READY_GROUPS:
            group, is_new = Group.objects.get_or_create(name=ready.name)
            if is_new or resets:
                group.permissions.set(_permissions(ready))
            (made if is_new else reset if resets else kept).append(ready.name)
    return GroupsReport(tuple(made), tuple(reset), tuple(kept))


def limit_person(*, person_id: int, brand_ids: Collection[int] | None, actor: str = "") -> None:
    """Let a person see and touch these brands only, from their next request on; no brand: nothing. None: all.

    :raises NotFound: if there is no such person, or no such brand; nothing is written.
    """
    with writing():
        person = User.objects.select_for_update().filter(pk=person_id).first()
        if person is None:
            raise NotFound(f"There is no person with number {person_id}.", field="person")
        if brand_ids is None:
            BrandLimit.objects.filter(person=person).delete()
        else:
            brands = existing_brands(brand_ids)
            limit, _ = BrandLimit.objects.get_or_create(person=person)
            limit.brands.set(brands)
    names = "every brand" if brand_ids is None else f"brands {sorted(brand_ids)}"
    logger.info("Limited person=%s to=%s by=%s", person.get_username(), names, actor or "system")


def _permissions(ready: ReadyGroup) -> Iterable[Permission]:
    wanted = Q(pk__in=())
    for right, verbs in ready.rights.items():
        app, _, model = right.partition(".")
        for verb in verbs:
            named = Q(codename__startswith=f"{verb}_") if model == "*" else Q(codename=f"{verb}_{model}")
            wanted |= Q(content_type__app_label=app) & named
    return Permission.objects.filter(wanted)
