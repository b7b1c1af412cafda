"""What may be forgotten is, what may not is kept, and the ledger is not touched."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from pytest_django import Settings

from campaigns.errors import NotFound
from campaigns.models import (
    AuditEntry,
    Brand,
    ImportState,
    RefusalCount,
    SpendImport,
    SpendLog,
    SpendUpload,
    StatusChange,
)
from campaigns.queries.numbers import count_desk
from campaigns.services import retention
from campaigns.services.campaigns import change_campaign
from campaigns.services.changes import changes_after, place_new_changes
from campaigns.services.imports.uploads import UploadOptions, keep_upload
from campaigns.services.refused import count_refused
from campaigns.services.retention import forget_old
from tests.factories import DAY, NOON, make_brand, make_campaign, spend

pytestmark = pytest.mark.django_db


def make_history(changes: int) -> None:
    """Make a campaign that is switched off and on once a day from `NOON` on."""
    campaign = make_campaign(make_brand())
    for number in range(1, changes):
        change_campaign(campaign_id=campaign.pk, is_enabled=number % 2 == 0, now=NOON + number * DAY)
    place_new_changes()


def moments() -> list[datetime]:
    return list(StatusChange.objects.order_by("pk").values_list("changed_at", flat=True))


def test_history_is_kept_for_as_long_as_is_said(settings: Settings) -> None:
    settings.KEEP_HISTORY_DAYS = 3
    make_history(6)

    forgotten = forget_old(now=NOON + 5 * DAY)

    assert forgotten.changes == 2
    assert moments() == [NOON + number * DAY for number in (2, 3, 4, 5)]
    assert forget_old(now=NOON + 5 * DAY).total == 0


def test_history_is_kept_for_ever_unless_something_is_said() -> None:
    make_history(6)

    assert forget_old(now=NOON + 5000 * DAY).total == 0
    assert len(moments()) == 6


def test_the_newest_change_of_a_campaign_is_never_forgotten(settings: Settings) -> None:
    settings.KEEP_HISTORY_DAYS = 1
    make_history(4)
    make_campaign(Brand.objects.get(), name="Another", now=NOON)
    place_new_changes()

    forget_old(now=NOON + 1000 * DAY)

    assert sorted(moments()) == [NOON, NOON + 3 * DAY]


def test_a_change_that_no_reader_could_have_seen_is_not_forgotten(settings: Settings) -> None:
    settings.KEEP_HISTORY_DAYS = 1
    make_history(4)
    StatusChange.objects.update(position=None)

    assert forget_old(now=NOON + 1000 * DAY).changes == 0


def test_the_feed_goes_on_where_it_was_whatever_is_forgotten(settings: Settings) -> None:
    settings.KEEP_HISTORY_DAYS = 1
    make_history(4)
    cursor = changes_after(cursor=0).cursor

    forget_old(now=NOON + 1000 * DAY)

    assert changes_after(cursor=cursor).changes == ()
    assert len(changes_after(cursor=0).changes) == 1


def make_audit(acts: int) -> None:
    """Make a campaign whose name changes once a day from `NOON` on, and something else that people did in the admin."""
    campaign = make_campaign(make_brand())
    AuditEntry.objects.all().delete()
    person = User.objects.create_user("mia")
    for number in range(acts):
        now = NOON + number * DAY
        change_campaign(campaign_id=campaign.pk, name=f"Name {number}", now=now, actor="mia")
        LogEntry.objects.create(user=person, action_time=now, action_flag=CHANGE, object_repr="a group")


def test_acts_are_kept_for_as_long_as_is_said(settings: Settings) -> None:
    settings.KEEP_AUDIT_DAYS = 3
    make_audit(6)

    forgotten = forget_old(now=NOON + 5 * DAY)

    assert forgotten.acts == 4
    kept = [NOON + number * DAY for number in (2, 3, 4, 5)]
    assert list(AuditEntry.objects.order_by("pk").values_list("acted_at", flat=True)) == kept
    assert list(LogEntry.objects.order_by("pk").values_list("action_time", flat=True)) == kept
    assert forget_old(now=NOON + 5 * DAY).total == 0


def test_acts_are_kept_for_ever_unless_something_is_said() -> None:
    make_audit(2)

    assert forget_old(now=NOON + 5000 * DAY).total == 0
    assert AuditEntry.objects.count() == 2


@pytest.mark.parametrize(("in_one_run", "left"), [(4, 2), (2, 4), (1000, 0)])
def test_many_acts_go_a_few_at_once_and_the_rest_with_the_next_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, in_one_run: int, left: int
) -> None:
    settings.KEEP_AUDIT_DAYS = 1
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    monkeypatch.setattr(retention, "_IN_ONE_RUN", in_one_run)
    make_audit(6)

    forget_old(now=NOON + 5000 * DAY)

    assert AuditEntry.objects.count() == left
    forget_old(now=NOON + 5000 * DAY)
    forget_old(now=NOON + 5000 * DAY)
    assert AuditEntry.objects.count() == 0


def test_sign_ins_are_kept_for_as_long_as_is_said_and_whoever_is_locked_out_stays_so(settings: Settings) -> None:
    settings.KEEP_SIGN_INS_DAYS = 30
    with time_machine.travel(NOON, tick=False):
        AccessLog.objects.create(username="mia", ip_address="192.0.2.1")
        AccessFailureLog.objects.create(username="mia", ip_address="192.0.2.1")
    with time_machine.travel(NOON + 20 * DAY, tick=False):
        AccessLog.objects.create(username="leo", ip_address="192.0.2.2")
        AccessAttempt.objects.create(username="leo", ip_address="192.0.2.2", failures_since_start=5)

    assert forget_old(now=NOON + 40 * DAY).sign_ins == 2

    assert list(AccessLog.objects.values_list("username", flat=True)) == ["leo"]
    assert (AccessFailureLog.objects.count(), AccessAttempt.objects.count()) == (0, 1)


def test_sessions_that_have_ended_go_by_themselves() -> None:
    for key, ends_at in (("ended", NOON), ("open", NOON + DAY)):
        Session.objects.create(session_key=key, session_data="", expire_date=ends_at)

    assert forget_old(now=NOON + timedelta(seconds=1)).sessions == 1

    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]


def test_old_refusals_are_added_up_so_that_the_count_never_falls(settings: Settings) -> None:
    settings.KEEP_REFUSALS_DAYS = 3
    for number in range(6):
        for door in ("api", "file"):
            count_refused(door=door, refusal=NotFound("gone"), now=NOON + number * DAY)
    before = count_desk(now=NOON).refused

    assert forget_old(now=NOON + 5 * DAY).refusals == 4

    assert count_desk(now=NOON).refused == before == {("api", "not_found"): 6, ("file", "not_found"): 6}
    assert RefusalCount.objects.filter(door="api").order_by("day").values_list("count", flat=True)[0] == 2
    assert RefusalCount.objects.filter(door="api").count() == 5
    assert forget_old(now=NOON + 5 * DAY).total == 0
    # The sums of before are added to.
    assert forget_old(now=NOON + 7 * DAY).refusals == 4
    assert count_desk(now=NOON).refused == before
    assert RefusalCount.objects.filter(door="api").count() == 3


def make_import(state: ImportState, *, now: datetime = NOON) -> SpendImport:
    brand = Brand.objects.first() or make_brand()
    row = keep_upload(brand_id=brand.pk, file_name="a.csv", content=b"x", options=UploadOptions(), now=now)
    SpendImport.objects.filter(pk=row.pk).update(state=state)
    return row


def test_files_go_after_a_week_unless_somebody_still_needs_them() -> None:
    for state in ImportState:
        make_import(state)
    make_import(ImportState.CHECKED, now=NOON + DAY)

    assert forget_old(now=NOON + 7 * DAY + timedelta(seconds=1)).uploads == 3

    kept = set(SpendUpload.objects.values_list("spend_import__state", "spend_import__created_at"))
    assert kept == {
        *((state, NOON) for state in (ImportState.RUNNING, ImportState.FAILED, ImportState.DONE, ImportState.UNDONE)),
        (ImportState.CHECKED, NOON + DAY),
    }
    # That it was there stays in the history.
    assert SpendImport.objects.count() == len(ImportState) + 1


def test_imports_that_recorded_nothing_are_forgotten_and_others_are_not(settings: Settings) -> None:
    settings.KEEP_IMPORTS_DAYS = 30
    for state in ImportState:
        make_import(state)
    with_entries = make_import(ImportState.REFUSED)
    entry = spend(make_campaign(Brand.objects.get()), "5")
    super(type(SpendLog.objects.all()), SpendLog.objects.filter(pk=entry.pk)).update(spend_import=with_entries)
    make_import(ImportState.REFUSED, now=NOON + 20 * DAY)

    assert forget_old(now=NOON + 40 * DAY).imports == 2

    assert sorted(SpendImport.objects.filter(created_at=NOON).values_list("state", flat=True)) == [
        *("checking", "done", "failed", "refused", "running", "undone"),
    ]
    assert SpendLog.objects.count() == 1


def test_nothing_of_the_ledger_is_ever_forgotten(settings: Settings) -> None:
    settings.KEEP_HISTORY_DAYS = settings.KEEP_IMPORTS_DAYS = settings.KEEP_MESSAGES_DAYS = 1
    campaign = make_campaign(make_brand(daily_budget="1"))
    spend(campaign, "5")
    place_new_changes()
    before = list(SpendLog.objects.values())

    forget_old(now=NOON + 5000 * DAY)

    assert list(SpendLog.objects.values()) == before
    campaign.refresh_from_db()
    assert campaign.status == "paused"
