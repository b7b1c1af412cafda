"""The ready groups, and the limits of people to brands."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from campaigns.errors import NotFound
from campaigns.models import Brand, BrandLimit
from campaigns.queries.reach import reach_of
from campaigns.services.people import create_groups, limit_person
from tests.factories import make_brand

pytestmark = pytest.mark.django_db

NAMES = ("Account manager", "Analyst (read-only)", "Administrator")


def may(group: str, *codenames: str) -> list[bool]:
    held = set(Group.objects.get(name=group).permissions.values_list("codename", flat=True))
    return [codename in held for codename in codenames]


def test_groups_are_made_with_what_they_need() -> None:
    report = create_groups()

    assert (report.made, report.kept) == (NAMES, ())
    asked = ("view_brand", "change_brand", "delete_spendlog", "add_apikey", "change_user", "change_periodictask")
    assert may("Account manager", *asked) == [True, True, True, True, False, False]
    assert may("Analyst (read-only)", *asked) == [True, False, False, False, False, False]
    assert may("Administrator", *asked) == [True] * 6
    analyst = Group.objects.get(name="Analyst (read-only)").permissions.values_list("codename", flat=True)
    assert [codename for codename in analyst if not codename.startswith("view_")] == []


def test_groups_that_are_there_are_left_as_people_have_them() -> None:
    create_groups()
    Group.objects.get(name="Account manager").permissions.clear()
    Group.objects.get(name="Administrator").delete()

    report = create_groups()

    assert (report.made, report.kept) == (("Administrator",), NAMES[:2])
    assert may("Account manager", "view_brand") == [False]


def test_groups_are_put_back_when_asked() -> None:
    create_groups()
    Group.objects.get(name="Account manager").permissions.clear()

    assert create_groups(resets=True).reset == NAMES
    assert may("Account manager", "view_brand") == [True]


def test_person_without_a_limit_sees_all_and_with_one_what_it_says() -> None:
    brand = make_brand()
    make_brand()
    lee = User.objects.create_user("lee")

    assert reach_of(lee).brand_ids is None
    limit_person(person_id=lee.pk, brand_ids=[brand.pk])
    assert reach_of(User.objects.get(pk=lee.pk)).brand_ids == frozenset({brand.pk})
    limit_person(person_id=lee.pk, brand_ids=[])
    assert reach_of(User.objects.get(pk=lee.pk)).brand_ids == frozenset()
    limit_person(person_id=lee.pk, brand_ids=None)
    assert reach_of(User.objects.get(pk=lee.pk)).brand_ids is None


def test_table_that_knows_no_brand_is_closed_to_who_is_limited() -> None:
    lee = User.objects.create_user("lee")
    limit_person(person_id=lee.pk, brand_ids=[])

    assert not reach_of(lee).rows(User.objects.all()).exists()
    assert not reach_of(lee).rows(BrandLimit.objects.all()).exists()


@pytest.mark.parametrize(("person_id", "brand_ids"), [(0, None), (None, [0])])
def test_limit_of_nobody_or_to_nothing_is_refused(person_id: int | None, brand_ids: list[int] | None) -> None:
    lee = User.objects.create_user("lee")

    with pytest.raises(NotFound):
        limit_person(person_id=lee.pk if person_id is None else person_id, brand_ids=brand_ids)

    assert not BrandLimit.objects.exists()


def test_limit_outlives_its_last_brand() -> None:
    lee = User.objects.create_user("lee")
    brand = Brand.objects.create(name="Lonely")
    limit_person(person_id=lee.pk, brand_ids=[brand.pk])

    brand.delete()

    assert reach_of(User.objects.get(pk=lee.pk)).brand_ids == frozenset()
