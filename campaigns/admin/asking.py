"""Asking before something is done to many rows: what it is, to which rows, and what would become of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from campaigns.queries.preview import Preview

# A question names so many rows, and counts the rest.
NAMED_ROWS = 40
# More are not foreseen one by one: the answer would let people wait.
FORESEEN_ROWS = 1000

_YES = "post"
_ASKED_FOR = "asked_for"

# Sent along by the page of one row, which is where the person wants to be afterwards.
BACK = "back_to_page"


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A row that something would be done to.

    :param now: its state.
    :param then: what would become of it, in a few words.
    """

    name: str
    owner: str
    now: SafeString | str
    then: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked.

    :param sentences: what it would do, and what it would not.
    :param yes: the words on the button.
    :param rows: the first of the rows.
    :param form: what has to be answered first; None: nothing but yes or no.
    """

    title: str
    sentences: Sequence[str]
    yes: str
    rows: Sequence[AskedRow]
    form: Any = None


def is_about_nothing(desk: ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any]) -> bool:
    """Tell whether none of the rows is there any more, and say so."""
    if rows.exists():
        return False
    desk.message_user(request, "What was selected is not there any more: nothing was done.", messages.WARNING)
    return True


def is_confirmed(desk: ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any]) -> bool:
    """Tell whether the person has said yes to these rows. Where "all" are others by now, they are asked again."""
    if request.POST.get(_YES) != "yes":
        return False
    asked_for = request.POST.get(_ASKED_FOR, "")
    if _is_about_all(request) and asked_for != str(rows.count()):
        desk.message_user(request, "Meanwhile the list has changed: look again.", messages.WARNING)
        return False
    return True


def ask(desk: ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any], question: Question) -> TemplateResponse:
    """Return the page that asks. Its form comes back to the same list, with the same action and the same rows."""
    count = rows.count()
    # All rows of a long list would be too many fields: they are named by the list's own filters.
    # Django wants one at least; 0 is no row's key.
    keys = [0] if _is_about_all(request) else list(rows.order_by("pk").values_list("pk", flat=True))
    carried = [("action", request.POST["action"]), ("index", "0"), (_ASKED_FOR, count)]
    carried += [("select_across", "1")] if _is_about_all(request) else []
    carried += [(BACK, "1")] if BACK in request.POST else []
    context = {
        **desk.admin_site.each_context(request),
        "title": question.title,
        "opts": desk.opts,
        "media": desk.media + question.form.media if question.form is not None else desk.media,
        "question": question,
        "more": count - len(question.rows),
        "carried": [*carried, *((ACTION_CHECKBOX_NAME, key) for key in keys)],
    }
    return TemplateResponse(request, "admin/campaigns/ask.html", context)


def outcome(foreseen: Preview) -> str:
    """Say what would become of one campaign, in a few words."""
    if foreseen.headline is None:
        return "starts" if foreseen.starts else "goes on running"
    verb = "stops" if foreseen.stops else "stays held"
    return f"{verb}: {foreseen.headline.label}"


def outcomes(foreseen: Sequence[Preview]) -> dict[int, str]:
    """Say what would become of each campaign, by its key."""
    return {one.campaign.pk: outcome(one) for one in foreseen}


def summary(foreseen: Sequence[Preview]) -> str:
    """Say how many campaigns would start and stop."""
    starts, stops = sum(one.starts for one in foreseen), sum(one.stops for one in foreseen)
    if not starts and not stops:
        return "As it is now, no campaign would start or stop."
    parts = [f"{number} would {verb}" for number, verb in ((starts, "start"), (stops, "stop")) if number]
    of_all = f"{len(foreseen)} campaign{'' if len(foreseen) == 1 else 's'}"
    return f"As it is now, of {of_all} {' and '.join(parts)} at once."


def _is_about_all(request: HttpRequest) -> bool:
    return request.POST.get("select_across") == "1"
