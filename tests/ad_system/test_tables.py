"""What the database lacks of this version's migrations."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import QuerySet

from ad_system import installation
from ad_system.errors import CannotStart
from ad_system.signs.database import look_at_database
from ad_system.signs.findings import Level
from ad_system.tables import missing_migrations

pytestmark = pytest.mark.django_db


def applied(app: str, name: str) -> QuerySet[MigrationRecorder.Migration]:
    return MigrationRecorder(connection).migration_qs.filter(app=app, name__startswith=name)


def test_nothing_is_missing_after_a_migration() -> None:
    assert missing_migrations() == []


def test_migrations_of_a_newer_version_do_not_count() -> None:
    MigrationRecorder(connection).record_applied("campaigns", "9999_of_tomorrow")

    assert missing_migrations() == []


def test_everything_is_missing_in_an_empty_database() -> None:
    MigrationRecorder(connection).migration_qs.all().delete()

    assert "campaigns.0001_initial" in missing_migrations()
    assert "axes.0001_initial" in missing_migrations()


def test_gap_below_a_newer_migration_is_seen_by_all_who_look() -> None:
    applied("campaigns", "0005").delete()

    assert missing_migrations() == ["campaigns.0005_imports"]
    finding = look_at_database()[1]
    assert (finding.level, finding.sentence) == (Level.ILL, "The database is behind the program: it lacks 1 migration.")
    assert finding.details == ("campaigns.0005_imports",)


def test_gap_is_told_as_a_sentence_by_whoever_would_migrate() -> None:
    applied("campaigns", "0005").delete()

    with pytest.raises(CannotStart, match=r"has a gap: .*0006_signs_of_life.*Nothing was changed\. Restore"):
        installation.prepare_database(str)
