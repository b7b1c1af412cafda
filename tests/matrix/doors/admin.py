"""The admin, as a browser sends its forms: what was typed, and what the page had shown before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from campaigns.rules.dayparting import Weekday
from tests.campaigns.admin.paths import SPENDS, change_page
from tests.matrix.desk import Desk
from tests.matrix.table import Denied, Subject

# What a browser sends.
Sent = Mapping[str, object]

# Django's own checks of a form have words of their own; what they mean here is said by the subject.
_DJANGO = frozenset({"required", "invalid", "invalid_choice", "invalid_list", "max_length", "incomplete"}) | {
    "invalid_date",
    "invalid_time",
    "null_characters_not_allowed",
    "too_many_forms",
    "ambiguous_timezone",
}


def take(desk: Desk, subject: Subject, value: object) -> None:
    """This will send the form.

    :raises Denied: with the first error that the page shows.
    """
    path, sent = TAKES[subject](desk, value)
    post(desk, path, sent, meaning=_MEANING[subject])


def post(desk: Desk, path: str, sent: Sent, *, meaning: str) -> None:
    """This will press save, and look at the page that comes back.

    :param meaning: the code of what Django's own checks of the form refuse.
    :raises Denied: if it shows the form again, with errors, or leads away because there is no such row.
    """
    answer = desk.person.post(path, {**sent, "_save": "Save"})
    assert answer.status_code in (200, 302), answer
    if answer.status_code == 302:
        if answer.headers["Location"] == reverse("admin:index"):
            raise Denied("not_found", "There is no such row.")
        return
    errors = list(_errors(answer))
    assert errors, answer.content
    error = errors[0]
    code = str(error.code)
    raise Denied(meaning if code in _DJANGO else code, " ".join(map(str, error.messages)))


def _errors(answer: Any) -> Iterator[ValidationError]:
    form = answer.context["adminform"].form
    lines = getattr(form, "lines", None)
    for line in lines.errors if lines is not None else ():
        for found in line.as_data().values():
            yield from found
    if lines is not None:
        yield from lines.non_form_errors().as_data()
    for found in form.errors.as_data().values():
        yield from found


def spend_form(desk: Desk, **typed: object) -> tuple[str, Sent]:
    """This will return where a new spend of Search goes, and what is sent with it."""
    blank = {"campaign": desk.search.pk, "amount": "12.50", "occurred_at_0": "", "occurred_at_1": ""}
    return f"{SPENDS}add/", {**blank, "description": "", "reference": "", **typed}


def _moment(desk: Desk, value: str) -> tuple[str, Sent]:
    day, _, clock = value.partition("T")
    return spend_form(desk, occurred_at_0=day, occurred_at_1=clock)


def _brand(desk: Desk, **typed: Any) -> tuple[str, Sent]:
    shown = {"name": "Acme", "time_zone": "America/New_York", "currency": "USD", "is_enabled": "on"}
    return change_page(desk.brand), _form({**shown, "daily_budget": "77.00", "monthly_budget": ""}, typed)


def campaign_form(desk: Desk, **typed: object) -> tuple[str, Sent]:
    """This will return where the form of Search goes, and what is sent with it."""
    shown = {"name": "Search", "external_id": "4711", "is_enabled": "on", "daily_budget": "", "monthly_budget": ""}
    form = _form({**shown, "start_date": "", "end_date": "", "hours": "any"}, typed)
    lines = {"windows-TOTAL_FORMS": "0", "windows-INITIAL_FORMS": "0", "windows_shown": ""}
    return change_page(desk.search), {**lines, **form}


def _form(shown: Mapping[str, str], typed: Mapping[str, Any]) -> Sent:
    return {**{f"initial-{name}": value for name, value in shown.items()}, **shown, **typed}


def _windows(desk: Desk, value: tuple[tuple[tuple[str, ...], str, str], ...]) -> tuple[str, Sent]:
    typed: dict[str, object] = {"hours": "windows", "windows-TOTAL_FORMS": str(len(value))}
    for number, (days, start, end) in enumerate(value):
        numbers = [str(Weekday[day.upper()].value) if day.upper() in Weekday.__members__ else day for day in days]
        typed |= {f"windows-{number}-weekdays": numbers}
        typed |= {f"windows-{number}-start": start, f"windows-{number}-end": end}
    return campaign_form(desk, **typed)


def _correction(desk: Desk, value: str) -> tuple[str, Sent]:
    return change_page(desk.entry), {"initial-amount": "7.00", "amount": value, "reason": "", "initial-reason": ""}


TAKES: dict[Subject, Callable[[Desk, Any], tuple[str, Sent]]] = {
    Subject.AMOUNT: lambda desk, value: spend_form(desk, amount=value),
    Subject.FULL_COUNTER: lambda desk, value: spend_form(desk, amount=value),
    Subject.NEW_AMOUNT: _correction,
    Subject.BUDGET: lambda desk, value: _brand(desk, daily_budget=value),
    Subject.MOMENT: _moment,
    Subject.REFERENCE: lambda desk, value: spend_form(desk, reference=value),
    Subject.DESCRIPTION: lambda desk, value: spend_form(desk, description=value),
    Subject.BRAND_NAME: lambda desk, value: _brand(desk, name=value),
    Subject.CAMPAIGN_NAME: lambda desk, value: campaign_form(desk, name=value),
    Subject.ZONE: lambda desk, value: _brand(desk, time_zone=value),
    Subject.CURRENCY: lambda desk, value: _brand(desk, currency=value),
    Subject.FLIGHT: lambda desk, value: campaign_form(desk, start_date=value[0], end_date=value[1]),
    Subject.WINDOWS: _windows,
    Subject.CAMPAIGN_KEY: lambda desk, value: spend_form(desk, campaign=value),
    Subject.ENTRY_KEY: lambda _desk, value: (
        f"{SPENDS}{value}/change/",
        {"initial-amount": "7.00", "amount": "0", "reason": ""},
    ),
}
_MEANING = {
    Subject.AMOUNT: "invalid_amount",
    Subject.FULL_COUNTER: "invalid_amount",
    Subject.NEW_AMOUNT: "invalid_amount",
    Subject.BUDGET: "invalid_amount",
    Subject.MOMENT: "invalid_moment",
    Subject.REFERENCE: "invalid_text",
    Subject.DESCRIPTION: "invalid_text",
    Subject.BRAND_NAME: "invalid_text",
    Subject.CAMPAIGN_NAME: "invalid_text",
    Subject.ZONE: "invalid_time_zone",
    Subject.CURRENCY: "invalid_text",
    Subject.FLIGHT: "invalid_moment",
    Subject.WINDOWS: "invalid_window",
    Subject.CAMPAIGN_KEY: "not_found",
    Subject.ENTRY_KEY: "not_found",
}
