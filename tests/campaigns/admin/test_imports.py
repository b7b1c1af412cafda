"""The pages of imports: upload, preview, yes, progress, history, undo."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from ad_system.celery import app
from campaigns import tasks
from campaigns.models import Brand, Campaign, ImportState, SpendImport, SpendLog, SpendUpload
from campaigns.services.imports import uploads
from tests.campaigns.admin.browser import Browser, Page
from tests.campaigns.admin.paths import SPENDS, change_page
from tests.campaigns.files import reports
from tests.factories import make_brand, make_campaign
from tests.readings import assert_totals_are_right, everything_stored, ledger

IMPORTS = "/admin/campaigns/spendimport/"
ADD = f"{IMPORTS}add/"
ROWS = "campaign,day,cost\nSearch,2026-11-19,1.50\nSearch,2026-11-19,2.25\nSearch,2026-11-20,0\n"
COLUMNS = {"campaign_column": "campaign", "date_column": "day", "amount_column": "cost"}


@pytest.fixture
def acme(db: None) -> Brand:
    return make_brand(name="Acme", daily_budget="1000.00")


@pytest.fixture
def search(acme: Brand) -> Campaign:
    return make_campaign(acme, name="Search", external_id="901")


def upload(desk: Browser, brand: Brand, content: bytes | str, name: str = "spend.csv", **values: str) -> Page:
    data = content.encode() if isinstance(content, str) else content
    told = {"unit": "units", **values}
    return desk.send(ADD, {"brand": str(brand.pk), "file": SimpleUploadedFile(name, data), **told})


def press(desk: Browser, button: str) -> Page:
    return desk.send(f"{IMPORTS}{SpendImport.objects.latest('pk').pk}/{button}/", {})


def test_a_known_report_is_shown_before_anything_is_written(desk: Browser, search: Campaign, tmp_path: Path) -> None:
    rows = reports.GOOGLE_ROWS[:2]
    before = everything_stored()

    page = upload(desk, search.brand, reports.google(tmp_path, rows=rows).read_bytes(), "Campaign report.csv")

    row = SpendImport.objects.get()
    assert everything_stored() == before
    assert (row.state, row.actor, row.format, row.new, row.recorded) == (
        *(ImportState.CHECKED, "mia", "google-ads"),
        *(2, Decimal("1033.34")),
    )
    assert "Google Ads campaign report, day totals, tabs between the cells" in page.text
    assert "new 2 campaign days" in page.text
    assert "exact 1033.34 USD" in page.text
    assert 'value="Import it"' in page.html
    assert "http-equiv" not in page.html


def test_a_yes_imports_it_and_forgets_the_file(desk: Browser, search: Campaign) -> None:
    upload(desk, search.brand, ROWS, **COLUMNS)

    page = press(desk, "confirm")

    row = SpendImport.objects.get()
    assert ledger() == ["1.50", "2.25"]
    assert (row.state, row.new, row.recorded, row.rows, row.zero) == ("done", 2, Decimal("3.75"), 3, 1)
    assert not SpendUpload.objects.exists()
    assert "imported" in page.text
    assert 'value="Import it"' not in page.html
    of_it = desk.open(f"{SPENDS}?spend_import__id__exact={row.pk}")
    assert f"Import {row.pk}: spend.csv All" in of_it.text
    assert f"import {row.pk}: spend.csv" in desk.open(change_page(SpendLog.objects.all()[0])).text
    assert_totals_are_right()


def test_a_form_that_says_nothing_of_the_unit_means_units_of_the_currency(desk: Browser, search: Campaign) -> None:
    upload(desk, search.brand, ROWS, **COLUMNS, unit="")

    press(desk, "confirm")

    assert ledger() == ["1.50", "2.25"]


def test_a_second_yes_is_refused(desk: Browser, search: Campaign) -> None:
    upload(desk, search.brand, ROWS, **COLUMNS)
    press(desk, "confirm")

    page = press(desk, "confirm")

    assert page.messages == [f"Import {SpendImport.objects.get().pk} is imported: there is nothing to confirm."]
    assert ledger() == ["1.50", "2.25"]


def test_refused_lines_are_named_and_nothing_can_be_confirmed(desk: Browser, search: Campaign) -> None:
    page = upload(desk, search.brand, "campaign,day,cost\nSearch,soon,1\nVideo,2026-11-19,≤100\n", **COLUMNS)

    row = SpendImport.objects.get()
    assert (row.state, row.refused, ledger()) == ("refused", 2, [])
    assert "line 2: 'soon' is not a date" in page.text
    assert "line 3: '≤100' is not a plain amount" in page.text
    assert 'value="Import it"' not in page.html
    assert not SpendUpload.objects.exists()


def test_a_file_can_be_thrown_away(desk: Browser, search: Campaign) -> None:
    upload(desk, search.brand, ROWS, **COLUMNS)

    press(desk, "discard")

    assert SpendImport.objects.get().state == "refused"
    assert not SpendUpload.objects.exists()
    assert press(desk, "confirm").messages[0].endswith("there is nothing to confirm.")


def test_an_import_can_be_undone_and_imported_again(desk: Browser, search: Campaign) -> None:
    upload(desk, search.brand, ROWS, **COLUMNS)
    press(desk, "confirm")

    page = press(desk, "undo")
    again = press(desk, "undo")

    assert "2 reversals over 3.75 USD" in page.messages[0]
    assert "0 reversals" in again.messages[0]
    assert ledger() == ["1.50", "2.25", "-1.50", "-2.25"]
    upload(desk, search.brand, ROWS, **COLUMNS)
    press(desk, "confirm")
    assert ledger()[4:] == ["1.50", "2.25"]
    assert_totals_are_right()


def test_imports_are_undone_from_the_list_the_newest_first(desk: Browser, search: Campaign) -> None:
    for cost in ("5", "7"):
        upload(desk, search.brand, f"campaign,day,cost\nSearch,2026-11-19,{cost}\n", mode="day-totals", **COLUMNS)
        press(desk, "confirm")
    keys = list(SpendImport.objects.values_list("pk", flat=True))

    page = desk.act(IMPORTS, "undo_selected", keys)

    assert page.messages[0].startswith("Undone 2 imports")
    assert ledger() == ["5.00", "2.00", "-2.00", "-5.00"]


def test_a_file_that_is_too_large_is_refused_on_its_field(desk: Browser, search: Campaign, settings: Settings) -> None:
    settings.IMPORT_MAX_MEGABYTES = 0

    page = upload(desk, search.brand, ROWS, **COLUMNS)

    assert "at most 0 are taken here (IMPORT_MAX_MEGABYTES)" in page.errors["file"][0]
    assert not SpendImport.objects.exists()


def test_a_form_with_some_of_the_columns_asks_for_the_rest(desk: Browser, search: Campaign) -> None:
    page = upload(desk, search.brand, ROWS, campaign_column="campaign")

    assert sorted(page.errors) == ["amount_column", "date_column"]


@pytest.fixture
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LINES_AT_ONCE", 1)


@pytest.mark.usefixtures("every_file_is_large")
def test_a_large_file_waits_for_a_worker_and_the_page_asks_again(desk: Browser, search: Campaign) -> None:
    page = upload(desk, search.brand, ROWS, **COLUMNS)
    key = SpendImport.objects.get().pk

    assert SpendImport.objects.get().state == "checking"
    assert '<meta http-equiv="refresh" content="2">' in page.html
    assert "waits for a worker" in page.text
    assert tasks.run_import(key) == f"import {key}: checked, waits for a yes"
    assert press(desk, "confirm").text.count("being imported")
    assert ledger() == []
    assert tasks.run_import(key) == f"import {key}: imported"
    assert tasks.run_import(key) == f"import {key}: nothing to do"
    assert ledger() == ["1.50", "2.25"]


# The message goes out when the upload is stored, so it has to be.
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("every_file_is_large")
def test_a_large_file_is_kept_where_no_worker_can_be_told(
    desk: Browser, search: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:9/0")

    page = upload(desk, search.brand, ROWS, **COLUMNS)

    row = SpendImport.objects.get()
    assert "No worker could be told" in page.text
    assert (row.state, uploads.waiting()) == ("checking", [row.pk])


@pytest.mark.usefixtures("every_file_is_large")
def test_what_a_dead_worker_left_goes_on(desk: Browser, search: Campaign, clock: time_machine.Traveller) -> None:
    upload(desk, search.brand, ROWS, **COLUMNS)
    row = SpendImport.objects.get()
    tasks.run_import(row.pk)
    press(desk, "confirm")
    # A worker that took it, and then died.
    SpendImport.objects.filter(pk=row.pk).update(alive_at=row.created_at)

    assert tasks.run_import(row.pk).endswith("nothing to do")
    assert 'value="Go on"' not in desk.open(f"{IMPORTS}{row.pk}/change/").html
    clock.shift(timedelta(seconds=61))
    assert 'value="Go on"' in desk.open(f"{IMPORTS}{row.pk}/change/").html
    assert tasks.run_import(row.pk).endswith("imported")
    assert ledger() == ["1.50", "2.25"]


def test_files_that_nobody_said_yes_to_are_forgotten(
    desk: Browser, search: Campaign, clock: time_machine.Traveller
) -> None:
    upload(desk, search.brand, ROWS, **COLUMNS)
    clock.shift(timedelta(days=8))

    upload(desk, search.brand, ROWS, **COLUMNS)

    assert SpendUpload.objects.count() == 1


@pytest.mark.parametrize("button", ["confirm", "discard", "undo"])
def test_who_may_only_look_can_do_nothing(search: Campaign, desk: Browser, button: str) -> None:
    upload(desk, search.brand, ROWS, **COLUMNS)
    user = User.objects.create_user("leo", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_spendimport"))
    client = Client()
    client.force_login(user)

    page = press(Browser(client), button)

    assert page.status == 403
    assert SpendImport.objects.get().state == "checked"
    looked = Browser(client).open(f"{IMPORTS}{SpendImport.objects.get().pk}/change/")
    assert (looked.status, "Import it" in looked.html, "Undo" in looked.html) == (200, False, False)


def test_buttons_only_answer_to_post(desk: Browser, search: Campaign) -> None:
    upload(desk, search.brand, ROWS, **COLUMNS)

    assert desk.client.get(f"{IMPORTS}{SpendImport.objects.get().pk}/confirm/").status_code == 405


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "a\x00b.csv", "C:\\x\\y.csv", "=cmd.csv", "ü" * 200 + ".csv"])
def test_a_files_name_leads_nowhere_else(desk: Browser, search: Campaign, name: str) -> None:
    page = upload(desk, search.brand, ROWS, name, **COLUMNS)

    assert page.status == 200
    assert SpendImport.objects.get().state == "checked"
    assert "/" not in SpendImport.objects.get().file_name


def test_list_takes_as_many_queries_for_thirty_as_for_one(desk: Browser, search: Campaign) -> None:
    upload(desk, search.brand, ROWS, **COLUMNS)
    with CaptureQueriesContext(connection) as for_one:
        page = desk.open(IMPORTS)
    row = SpendImport.objects.get()
    SpendImport.objects.bulk_create(
        SpendImport(brand=make_brand(), created_at=row.created_at, size=1, state="done") for _ in range(29)
    )

    with CaptureQueriesContext(connection) as for_thirty:
        desk.open(IMPORTS)

    assert "spend.csv" in page.text
    assert "checked, waits for a yes" in page.text
    assert len(for_thirty) == len(for_one)
