"""People in the admin: who keeps them, how they are limited, and that nobody makes themselves more than they are."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User

from campaigns.models import BrandLimit
from campaigns.services.people import create_groups, limit_person
from tests.campaigns.admin.agency import browser_of, person
from tests.campaigns.admin.browser import Browser
from tests.campaigns.admin.paths import change_page
from tests.factories import make_brand

PEOPLE = "/admin/auth/user/"


@pytest.fixture
def keeper(desk: Browser) -> Browser:
    """An administrator who is no superuser. `desk` is Mia, who is one."""
    create_groups()
    return browser_of(person("kim", "Administrator"))


def test_person_is_limited_on_their_page_and_the_log_says_to_what(keeper: Browser) -> None:
    acme, other = make_brand(name="Acme"), make_brand(name="Beta")
    lee = User.objects.create_user("lee")

    keeper.save(keeper.open(change_page(lee)), is_limited=True, limited_to=[str(acme.pk)])

    assert list(BrandLimit.objects.get(person=lee).brands.all()) == [acme]
    assert "Limited to certain brands: no → yes" in str(LogEntry.objects.get())
    assert "Brands: none → Acme" in str(LogEntry.objects.get())
    assert "Acme" in keeper.open(PEOPLE).text

    keeper.save(keeper.open(change_page(lee)), limited_to=[str(acme.pk), str(other.pk)])
    assert "Brands: Acme → Acme, Beta" in str(LogEntry.objects.latest("pk"))

    keeper.save(keeper.open(change_page(lee)), is_limited=False)
    assert not BrandLimit.objects.exists()


def test_other_changes_of_a_person_leave_the_limit_alone(keeper: Browser) -> None:
    lee = User.objects.create_user("lee")
    limit_person(person_id=lee.pk, brand_ids=[])

    keeper.save(keeper.open(change_page(lee)), first_name="Lee")

    assert BrandLimit.objects.filter(person=lee).exists()
    assert "First name: none → Lee" in str(LogEntry.objects.get())


def test_administrator_makes_no_superuser_and_gives_no_single_permission(keeper: Browser) -> None:
    kim = User.objects.get(username="kim")
    anything = Permission.objects.first()
    assert anything is not None

    page = keeper.save(
        keeper.open(change_page(kim)), is_superuser=True, user_permissions=[str(anything.pk)], first_name="Kim"
    )

    kim.refresh_from_db()
    assert (page.status, kim.first_name, kim.is_superuser, kim.user_permissions.count()) == (200, "Kim", False, 0)


def test_administrator_touches_no_superuser(keeper: Browser) -> None:
    mia = User.objects.get(username="mia")
    before = User.objects.values().get(pk=mia.pk)
    typed = {"username": "mia", "password1": "a long new passphrase", "password2": "a long new passphrase"}

    assert keeper.open(change_page(mia)).status == 200
    assert keeper.send(change_page(mia), {"username": "mine"}).status == 403
    assert keeper.send(f"{PEOPLE}{mia.pk}/password/", typed).status == 403
    assert keeper.send(f"{PEOPLE}{mia.pk}/delete/", {"post": "yes"}).status == 403
    keeper.send(PEOPLE, {"action": "delete_selected", "_selected_action": [str(mia.pk)], "index": "0", "post": "yes"})

    assert User.objects.values().get(pk=mia.pk) == before


def test_superuser_may_all_that(desk: Browser) -> None:
    lee = User.objects.create_user("lee")

    desk.save(desk.open(change_page(lee)), is_superuser=True)

    assert User.objects.get(pk=lee.pk).is_superuser


def test_account_managers_keep_no_people(keeper: Browser) -> None:
    lee = browser_of(person("lee", "Account manager"))

    assert lee.open(PEOPLE).status == 403
    assert lee.open(change_page(Group.objects.get(name="Administrator"))).status == 403
