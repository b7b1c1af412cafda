"""`manage.py backup FILE`: the whole database in one file."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from ad_system.backup import back_up
from ad_system.errors import CannotStart


class Command(BaseCommand):
    help = (
        "Writes a backup of the database to a new file, while everybody goes on working: of SQLite a database that "
        "takes its place, of PostgreSQL a dump for pg_restore. docs/operations.md says how to restore both."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file that is not there yet")

    def handle(self, *, file: Path, **options: object) -> None:
        try:
            back_up(connection.settings_dict, file)
        except CannotStart as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Backed up to {file} ({file.stat().st_size:,} bytes).")
