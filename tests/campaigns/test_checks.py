"""The system checks: each deployment mistake is named, and a sound set-up has none."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks
from django.db import connection
from pytest_django import Settings


def found(*, deploy: bool = False) -> list[str]:
    """Return what the desk's own checks report."""
    return [str(message.id) for message in run_checks(tags=["campaigns"], include_deployment_checks=deploy)]


def test_a_sound_set_up_has_no_finding() -> None:
    assert found(deploy=True) == []


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("CELERY_TIMEZONE", "Europe/Berlin", "campaigns.E004"),
        ("CELERY_BEAT_SCHEDULER", "", "campaigns.W005"),
        ("USE_TZ", False, "campaigns.E003"),
    ],
)
def test_a_setting_that_breaks_the_desk_is_named(
    settings: Settings, setting: str, value: object, expected: str
) -> None:
    setattr(settings, setting, value)

    assert found() == [expected]


@pytest.mark.parametrize("name", ["CELERY_TIMEZONE", "CELERY_BEAT_SCHEDULER"])
def test_a_setting_that_is_missing_is_named(settings: Settings, name: str) -> None:
    delattr(settings, name)

    assert len(found()) == 1


def test_sqlite_without_immediate_transactions_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "vendor", "sqlite")
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"timeout": 20})

    assert found() == ["campaigns.E002"]


def test_a_database_without_partial_indexes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "vendor", "mysql")

    assert found() == ["campaigns.E001"]


def test_time_travel_is_named_in_a_deployment_only(settings: Settings) -> None:
    settings.ALLOW_TIME_TRAVEL = True

    assert (found(), found(deploy=True)) == ([], ["campaigns.W006"])


def test_a_site_that_nobody_could_see_is_named_in_a_deployment_only(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    settings.TRUSTED_PROXIES = []

    assert (found(), found(deploy=True)) == ([], ["campaigns.W008", "campaigns.W009"])

    settings.ALLOWED_HOSTS = ["desk.example.com", "127.0.0.1"]
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert found(deploy=True) == []


def test_webhooks_into_the_own_network_are_named_in_a_deployment_only(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = True

    assert (found(), found(deploy=True)) == ([], ["campaigns.W007"])
