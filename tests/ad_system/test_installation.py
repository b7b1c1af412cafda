from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from pytest_django import Settings

from ad_system import installation
from ad_system.errors import CannotStart
from ad_system.installation import Administrator
from campaigns.models import Brand
from tests.holding import impatience


@pytest.mark.django_db
def test_ensure_administrator_makes_one_who_can_sign_in() -> None:
    made = installation.ensure_administrator()

    assert made is not None
    assert made.name == "admin"
    assert made.password is not None
    assert len(made.password) == 16
    user = User.objects.get(username=made.name)
    assert user.check_password(made.password)
    assert user.is_superuser
    assert user.is_staff


@pytest.mark.django_db
def test_ensure_administrator_makes_a_new_password_each_time_and_shows_it_once() -> None:
    first = installation.ensure_administrator()
    again = installation.ensure_administrator()
    User.objects.all().delete()
    other = installation.ensure_administrator()

    assert again == Administrator(name="admin", password=None)
    assert first is not None
    assert other is not None
    assert first.password != other.password


@pytest.mark.django_db
def test_ensure_administrator_leaves_an_existing_one_alone() -> None:
    User.objects.create_superuser("anna", password="annas own")

    assert installation.ensure_administrator() == Administrator(name="anna", password=None)
    assert list(User.objects.values_list("username", flat=True)) == ["anna"]


@pytest.mark.django_db
def test_ensure_administrator_opens_no_door_that_people_have_closed() -> None:
    User.objects.create_superuser("anna", password="annas own", is_active=False)

    assert installation.ensure_administrator() is None
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_ensure_administrator_takes_nobodys_name() -> None:
    User.objects.create_user("admin", password="an ordinary user")

    assert installation.ensure_administrator() is None
    assert not User.objects.get().is_superuser


@pytest.mark.django_db
def test_prepare_database_says_that_nothing_is_to_do() -> None:
    said: list[str] = []

    installation.prepare_database(said.append)

    assert said == ["The database is up to date"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_table_that_somebody_holds_is_told_as_a_sentence() -> None:
    other = connection.copy()
    with contextlib.closing(other), other.cursor() as cursor, impatience():
        cursor.execute("BEGIN; LOCK TABLE django_migrations")

        with pytest.raises(CannotStart, match=r"^Somebody else holds a table.*start again when nothing long runs"):
            installation.prepare_database(str)
        cursor.execute("ROLLBACK")


def test_folder_for_static_files_that_cannot_be_made_is_told_as_a_sentence(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path / "taken" / "static"
    (tmp_path / "taken").write_text("a file, and no folder")

    with pytest.raises(CannotStart, match=r"cannot be written to DATA_DIR \(.*taken.*\): give the folder to this user"):
        installation.prepare_static_files(str)


@pytest.mark.django_db
def test_prepare_groups_makes_them_once() -> None:
    installation.prepare_groups()
    assert Group.objects.count() == 3

    Group.objects.get(name="Administrator").delete()
    installation.prepare_groups()

    assert Group.objects.count() == 2


@pytest.mark.django_db
def test_demo_is_loaded_at_the_first_start_only() -> None:
    User.objects.create_superuser("anna")

    installation.load_demo()

    assert not Brand.objects.exists()
