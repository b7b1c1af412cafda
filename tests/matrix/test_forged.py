"""Forms as no page sends them: fields that are only shown, rows of others, counts that are none, and old pages."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from campaigns.models import Brand, Campaign, DaypartingSchedule, SpendLog, StatusChange
from tests.campaigns.admin.paths import BRANDS, CAMPAIGNS, HISTORY, SCHEDULES, SPENDS, change_page, delete_page
from tests.factories import THIS_MIDNIGHT, hours
from tests.matrix.desk import Desk, Stored, everything_stored
from tests.matrix.doors import admin
from tests.matrix.table import Denied

# The admin's own notes about who saved what, and the brand's about when it was last decided on.
_NOTES = {"django_admin_log", "campaigns_brand"}

# What nobody may say: derived, fixed when it was written, or another row's.
_FORGED: Mapping[str, str] = {
    "id": "1",
    "pk": "1",
    "is_active": "on",
    "paused_because": "brand_off",
    "review_at": "2030-01-01 00:00",
    "review_at_0": "2030-01-01",
    "review_at_1": "00:00",
    "reviewed_at": "2030-01-01 00:00",
    "current_daily_spend": "0",
    "current_monthly_spend": "0",
    "current_daily_spend_micros": "0",
    "daily_since": "2030-01-01 00:00",
    "daily_since_0": "2030-01-01",
    "daily_since_1": "00:00",
    "monthly_since": "2030-01-01 00:00",
    "recorded_at": "2020-01-01 00:00",
    "recorded_at_0": "2020-01-01",
    "recorded_at_1": "00:00",
    "local_day": "2020-01-01",
    "source": "forged",
    "corrects": "1",
    "spend_import": "1",
    "schedule": "1",
    "status": "active",
}


def _but(stored: Stored, *tables: str) -> Stored:
    return {table: rows for table, rows in stored.items() if table not in tables}


def test_forged_columns_of_a_brand_change_nothing(desk: Desk) -> None:
    before, row = everything_stored(), Brand.objects.values().get(pk=desk.brand.pk)
    shown = {"name": "Acme", "time_zone": "America/New_York", "currency": "USD", "is_enabled": "on"}
    form = {**shown, "daily_budget": "77.00", "monthly_budget": ""}

    sent = {**{f"initial-{name}": value for name, value in form.items()}, **form, **_FORGED}
    admin.post(desk, change_page(desk.brand), sent, meaning="")

    assert Brand.objects.values().get(pk=desk.brand.pk) == row
    assert _but(everything_stored(), *_NOTES) == _but(before, *_NOTES)


def test_forged_columns_and_another_brand_change_nothing_of_a_campaign(desk: Desk) -> None:
    before = everything_stored()
    path, form = admin.campaign_form(desk)

    admin.post(desk, path, {**form, **_FORGED, "brand": desk.foreign.brand_id}, meaning="")

    assert _but(everything_stored(), "django_admin_log") == _but(before, "django_admin_log")


def test_forged_state_of_a_new_campaign_is_decided_all_the_same(desk: Desk) -> None:
    _, form = admin.campaign_form(desk, name="New", external_id="", daily_budget="0")

    admin.post(desk, f"{CAMPAIGNS}add/", {**form, **_FORGED, "brand": desk.brand.pk}, meaning="")

    new = Campaign.objects.get(name="New")
    assert (new.is_active, new.paused_because, new.brand_id) == (False, "campaign_day", desk.brand.pk)
    assert (str(new.current_daily_spend), new.daily_since) == ("0.00", THIS_MIDNIGHT)
    assert list(StatusChange.objects.filter(campaign=new)) == []


def test_forged_columns_of_a_spend_are_the_desks_own(desk: Desk) -> None:
    path, form = admin.spend_form(desk)

    admin.post(desk, path, {**form, **_FORGED}, meaning="")

    entry = desk.new_entry()
    assert entry is not None
    facts = (str(entry.local_day), entry.source, entry.corrects_id, entry.spend_import_id, entry.recorded_at)
    assert facts == ("2026-11-20", "admin", None, None, entry.occurred_at)


def test_forged_columns_of_an_entry_change_nothing(desk: Desk) -> None:
    before = everything_stored()
    form = {"initial-amount": "7.00", "amount": "7.00", "reason": "", "campaign": desk.social.pk}

    admin.post(desk, change_page(desk.entry), {**form, **_FORGED, "occurred_at_0": "2020-01-01"}, meaning="")

    assert _but(everything_stored(), "django_admin_log") == _but(before, "django_admin_log")


@pytest.mark.parametrize("what", ["change", "delete"])
def test_page_of_an_entry_that_is_forged_to_be_a_history_row_is_none(desk: Desk, what: str) -> None:
    before = everything_stored()

    answer = desk.person.post(f"{HISTORY}1/{what}/", {"is_active": "on", "post": "yes"})

    assert answer.status_code in (302, 403)
    assert everything_stored() == before


@pytest.mark.parametrize("name", ["TOTAL_FORMS", "INITIAL_FORMS"])
def test_number_of_windows_that_is_none_changes_nothing(desk: Desk, subtests: pytest.Subtests, name: str) -> None:
    before = everything_stored()
    path, form = admin.campaign_form(desk, hours="windows", name="Renamed")

    for count in ("-1", "", "one", "1e3", "9" * 30, "101", "1\x00"):
        with subtests.test(count=count):
            with pytest.raises(Denied):
                admin.post(desk, path, {**form, f"windows-{name}": count}, meaning="refused")
            assert everything_stored() == before


def test_form_without_its_numbers_changes_nothing(desk: Desk) -> None:
    before = everything_stored()
    path, form = admin.campaign_form(desk, name="Renamed")

    with pytest.raises(Denied):
        admin.post(desk, path, {name: value for name, value in form.items() if "FORMS" not in name}, meaning="refused")

    assert everything_stored() == before


@pytest.mark.parametrize("page", [BRANDS, CAMPAIGNS, SPENDS, SCHEDULES])
def test_form_with_nothing_in_it_changes_nothing(desk: Desk, page: str) -> None:
    before = everything_stored()

    with pytest.raises(Denied):
        admin.post(desk, f"{page}add/", {}, meaning="refused")

    assert everything_stored() == before


_NO_KEYS = ("-1", "9" * 30, "1e3", "\x00", "first", "' OR 1=1 --")
_ASKED = [*(("activate", key) for key in _NO_KEYS), *((action, "-1") for action in ("nonsense", "\x00", "__init__"))]


@pytest.mark.parametrize("page", [BRANDS, CAMPAIGNS, SPENDS])
def test_action_on_rows_that_are_none_changes_nothing(desk: Desk, subtests: pytest.Subtests, page: str) -> None:
    before = everything_stored()

    for action, key in _ASKED:
        with subtests.test(action=action, key=key):
            answer = desk.person.post(page, {"action": action, "_selected_action": [key], "index": "0"})
            assert answer.status_code in (200, 302)
            assert everything_stored() == before


def test_deleting_what_has_spend_is_refused_however_it_is_asked(desk: Desk) -> None:
    before = everything_stored()

    for row in (desk.brand, desk.search):
        assert desk.person.post(delete_page(row), {"post": "yes"}).status_code == 302
    keys = [str(row.pk) for row in Campaign.objects.filter(brand=desk.brand)]
    asked = {"action": "delete_selected", "_selected_action": keys, "index": "0", "post": "yes"}
    desk.person.post(CAMPAIGNS, asked)

    assert everything_stored() == before
    assert SpendLog.objects.count() == 4


def test_old_form_that_forges_what_it_was_shown_says_only_what_it_says(desk: Desk) -> None:
    """Whoever sends another `initial-` makes a change of what is none: it is theirs, and the services check it."""
    path, form = admin.campaign_form(desk, name="Renamed")

    admin.post(desk, path, {**form, "initial-external_id": "was another"}, meaning="")

    search = Campaign.objects.get(pk=desk.search.pk)
    assert (search.name, search.external_id, search.is_active) == ("Renamed", "4711", True)


def test_old_form_keeps_windows_that_are_newer(desk: Desk) -> None:
    path, form = admin.campaign_form(desk, name="Renamed")
    window = hours("08:00", "20:00")
    admin.post(desk, *_with_window(desk), meaning="")

    admin.post(desk, path, form, meaning="")

    schedule = DaypartingSchedule.objects.get(campaign=desk.search)
    assert [row.window for row in schedule.windows.all()] == [window]
    assert Campaign.objects.get(pk=desk.search.pk).name == "Renamed"


def _with_window(desk: Desk) -> tuple[str, Mapping[str, object]]:
    every_day = [str(day) for day in range(7)]
    typed = {"windows-0-weekdays": every_day, "windows-0-start": "08:00", "windows-0-end": "20:00"}
    return admin.campaign_form(desk, **{"hours": "windows", "windows-TOTAL_FORMS": "1"}, **typed)
