"""Signing in: it pauses after too many wrong passwords, and tells nobody who exists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.hashers import BasePasswordHasher, get_hasher
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
RIGHT, WRONG = "the right passphrase", "a wrong passphrase"
HOME, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def people(settings: Settings) -> None:
    """Mia works here, Tom did, Ann may not use the desk."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    User.objects.create_superuser("mia", password=RIGHT)
    User.objects.create_user("tom", password=RIGHT, is_staff=True, is_active=False)
    User.objects.create_user("ann", password=RIGHT)


def sign_in(name: str, password: str, *, address: str = HOME) -> tuple[int, str]:
    """Return the status and the page, without what differs from request to request and what the person typed."""
    client = Client(REMOTE_ADDR=address)
    response = client.post(LOGIN, {"username": name, "password": password, "next": "/admin/"})
    token = response.context["csrf_token"] if response.context else ""
    html = response.content.decode().replace(str(token), "").replace(name, "NAME")
    return response.status_code, html


def test_right_password_opens_the_desk() -> None:
    assert sign_in("mia", RIGHT)[0] == 302


def test_answer_is_the_same_whoever_exists() -> None:
    answers = {sign_in(*tried) for tried in (("mia", WRONG), ("nobody", WRONG), ("tom", RIGHT), ("ann", RIGHT))}

    assert len(answers) == 1
    assert answers.pop()[0] == 200


def test_each_answer_costs_one_look_at_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow part of signing in, by which a name that exists could be told from one that does not."""
    looks: list[str] = []
    hasher = type(get_hasher())
    encode = hasher.encode

    def counted(self: BasePasswordHasher, password: str, salt: str) -> str:
        looks.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(hasher, "encode", counted)
    costs = []
    for name, password in (("mia", WRONG), ("nobody", WRONG), ("tom", RIGHT), ("ann", RIGHT)):
        looks.clear()
        sign_in(name, password)
        costs.append(len(looks))

    assert costs == [1, 1, 1, 1]


@pytest.mark.parametrize("name", ["mia", "nobody"])
def test_sign_in_pauses_after_too_many_wrong_passwords(name: str, clock: time_machine.Traveller) -> None:
    statuses = [sign_in(name, WRONG)[0] for _ in range(5)]
    status, html = sign_in(name, RIGHT)

    assert (statuses, status) == ([200] * 4 + [429], 429)
    assert "Wait 15 minutes" in html
    assert "There were too many wrong passwords" in html

    clock.shift(timedelta(minutes=15, seconds=1))
    assert sign_in(name, RIGHT)[0] == (302 if name == "mia" else 200)


def test_pause_says_when_to_come_back_and_stays_one_for_scripts() -> None:
    for _ in range(5):
        sign_in("mia", WRONG)

    response = Client(REMOTE_ADDR=HOME).post(
        LOGIN, {"username": "mia", "password": RIGHT}, headers={"X-Requested-With": "XMLHttpRequest"}
    )

    assert (response.status_code, response.headers["Retry-After"]) == (429, "900")
    assert "Access-Control-Allow-Origin" not in response.headers


def test_nobody_is_locked_out_from_elsewhere_nor_by_another_name() -> None:
    for _ in range(6):
        sign_in("mia", WRONG, address=ELSEWHERE)
        sign_in("other", WRONG)

    assert sign_in("mia", RIGHT)[0] == 302


def test_address_that_a_client_makes_up_is_not_believed() -> None:
    for number in range(5):
        Client(REMOTE_ADDR=HOME).post(
            LOGIN, {"username": "mia", "password": WRONG}, headers={"X-Forwarded-For": f"198.51.100.{number}"}
        )

    assert sign_in("mia", RIGHT)[0] == 429


def test_right_password_forgets_the_wrong_ones() -> None:
    for _ in range(3):
        for _ in range(4):
            sign_in("mia", WRONG)
        assert sign_in("mia", RIGHT)[0] == 302


def test_trying_on_does_not_make_the_pause_longer(clock: time_machine.Traveller) -> None:
    for _ in range(5):
        sign_in("mia", WRONG)
    clock.shift(timedelta(minutes=10))
    sign_in("mia", WRONG)
    clock.shift(timedelta(minutes=5, seconds=1))

    assert sign_in("mia", RIGHT)[0] == 302


def test_administrator_lets_somebody_in_again() -> None:
    for _ in range(5):
        sign_in("mia", WRONG)

    call_command("axes_reset_username", "mia", stdout=StringIO())

    assert sign_in("mia", RIGHT)[0] == 302


@pytest.mark.parametrize("name", ["x" * 10_000, "nul\x00", "", "\u202e\U0001f600"])
def test_name_that_nobody_can_have_is_wrong_like_any_other(name: str) -> None:
    assert sign_in(name, WRONG)[0] == 200


@pytest.mark.parametrize("password", ["eleven char", "8312947561038", "qwerty123456", "mia-mia-mia-mi"])
def test_weak_passwords_are_refused(password: str) -> None:
    mia = User(username="mia", first_name="mia-mia-mia-mia")

    validate_password("twelve chars", mia)
    with pytest.raises(ValidationError):
        validate_password(password, mia)


def test_session_ends_after_a_working_day(clock: time_machine.Traveller) -> None:
    client = Client()
    client.post(LOGIN, {"username": "mia", "password": RIGHT})

    clock.shift(timedelta(hours=11))
    assert client.get("/admin/").status_code == 200
    clock.shift(timedelta(hours=1, seconds=1))
    assert client.get("/admin/").status_code == 302


def test_somebody_who_is_switched_off_is_out_with_the_next_click() -> None:
    client = Client()
    client.post(LOGIN, {"username": "mia", "password": RIGHT})
    User.objects.update(is_active=False)

    assert client.get("/admin/").status_code == 302


def test_cookies_are_out_of_reach_of_scripts_and_other_sites() -> None:
    client = Client()
    client.post(LOGIN, {"username": "mia", "password": RIGHT})

    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
