"""Migrations are linted: what stops writers for long, or breaks the version before, is named here with its reason."""

from __future__ import annotations

import re

import pytest
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser.analyser import analyse_sql_statements
from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

INDEX, IN_TRANSACTION = "CREATE INDEX locks table", "CREATE INDEX prolongs transaction, delaying lock release"

# What was looked at and let pass. A new one needs a reason, or another migration: an index on a table that grows is
# made by a migration of its own, without a transaction.
ACCEPTED = {
    # On the history of states, which has a row for each start and stop: a second for some millions.
    "0003_webhooks": {INDEX, IN_TRANSACTION},
    # On the ledger, but of those entries only that came by an import; there are none of them yet, so that it is one
    # look at each row. tests/migrations/test_release.py measures it on a million.
    "0005_imports": {INDEX, IN_TRANSACTION},
}


@pytest.mark.postgres
@pytest.mark.django_db
def test_no_migration_stops_writers_or_breaks_the_version_before(capsys: pytest.CaptureFixture[str]) -> None:
    linter = MigrationLinter(include_apps=["campaigns"], no_cache=True, analyser_string="postgresql")

    linter.lint_all_migrations()

    said = capsys.readouterr().out
    found: dict[str, set[str]] = {}
    name = ""
    for line in said.splitlines():
        if named := re.match(r"\(campaigns, (\w+)\)\.\.\. (\w+)", line):
            name = named[1]
        elif line.startswith("\t"):
            found.setdefault(name, set()).add(line.strip())
    assert "(campaigns, 0001_initial)... OK" in said
    assert found == ACCEPTED
    assert not linter.has_errors


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE campaigns_brand ADD COLUMN owner integer NOT NULL;",
        "ALTER TABLE campaigns_spendlog DROP COLUMN source;",
        "ALTER TABLE campaigns_spendlog RENAME COLUMN source TO origin;",
    ],
)
def test_the_linter_finds_what_breaks_the_version_before(statement: str) -> None:
    errors, _, _ = analyse_sql_statements(PostgresqlAnalyser, ["BEGIN;", statement, "COMMIT;"])

    assert len(errors) == 1
