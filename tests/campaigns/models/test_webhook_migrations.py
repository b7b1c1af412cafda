"""A database from before the feed gets its places, and can go back."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from campaigns.models import ChangeFeed, StatusChange
from campaigns.services.changes import changes_after
from tests.factories import make_campaigns

BEFORE = ("campaigns", "0003_webhooks")


def migrate(target: tuple[str, str]) -> None:
    MigrationExecutor(connection).migrate([target])


def migrate_to_the_newest() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.django_db(transaction=True)
def test_changes_of_before_the_feed_are_numbered_by_their_keys() -> None:
    make_campaigns(3)
    keys = list(StatusChange.objects.order_by("pk").values_list("pk", flat=True))
    try:
        migrate(BEFORE)
        assert set(StatusChange.objects.values_list("position", flat=True)) == {None}
    finally:
        migrate_to_the_newest()

    assert [(change.pk, change.position) for change in changes_after().changes] == [(key, key) for key in keys]
    assert ChangeFeed.objects.get().last_position == keys[-1]
