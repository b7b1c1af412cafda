"""`manage.py run_part NAME`: one part of the system as a process, for containers and service managers."""

from __future__ import annotations

import logging
import os

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from ad_system import installation, parts, waiting
from ad_system.address import Address, port_number
from ad_system.environment import BASE_DIR
from ad_system.errors import CannotStart
from ad_system.processes import Part

logger = logging.getLogger(__name__)

NAMES = ("web", "worker", "beat", "flower", "migrate")
DEFAULT_PORTS = {"web": 8000, "flower": 5555}


class Command(BaseCommand):
    help = (
        "Runs one part in this process, once the database, its tables and the broker are there. `migrate` brings the "
        "tables up to date, collects static files where they are served from one folder, and ends; `web` does so "
        "first. A process manager (Docker, systemd) starts again what ends."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=NAMES, help="the part to run")
        parser.add_argument("--host", default="127.0.0.1", help="where web and Flower listen (default: %(default)s)")
        parser.add_argument("--port", type=port_number, help="port to listen on (default: web 8000, flower 5555)")
        parser.add_argument(
            "--wait", type=float, default=60, metavar="SECONDS", help="for what is not there yet (default: %(default)s)"
        )
        parser.add_argument(
            "--no-prepare",
            action="store_true",
            help="web: wait for the tables that `migrate` makes",
        )
        parser.add_argument(
            "--demo",
            action="store_true",
            help="web: load the demo agency into an empty database, and make an administrator; not in production",
        )

    def handle(
        self,
        *,
        name: str,
        host: str,
        port: int | None,
        wait: float,
        no_prepare: bool,
        demo: bool,
        **options: object,
    ) -> None:
        place = Address(host, port or DEFAULT_PORTS.get(name, 0))
        try:
            part = None if name == "migrate" else parts.part(name, address=place, environment=settings.ENVIRONMENT)
            if name == "migrate" or (name == "web" and not no_prepare):
                _prepare(wait)
            else:
                _wait_for_what_it_needs(name, wait)
            if name == "web" and demo:
                self._show_around()
        except CannotStart as refusal:
            raise CommandError(str(refusal)) from refusal
        if part:
            _become(part)

    def _show_around(self) -> None:
        if settings.ENVIRONMENT.production:
            raise CannotStart("--demo is for trials: in production, make an administrator with createsuperuser.")
        installation.load_demo()
        administrator = installation.ensure_administrator()
        if administrator and administrator.password:
            self.stdout.write(f"User {administrator.name}, password {administrator.password} (shown this once)")


def _prepare(seconds: float) -> None:
    waiting.wait_until(waiting.database_trouble, seconds=seconds, say=logger.warning)
    installation.prepare_database(logger.info)
    installation.prepare_static_files(logger.info)


def _wait_for_what_it_needs(name: str, seconds: float) -> None:
    # Flower reads the broker alone.
    if name != "flower":
        waiting.wait_until(waiting.tables_trouble, seconds=seconds, say=logger.warning)
    if name != "web":
        waiting.wait_until(waiting.broker_trouble, seconds=seconds, say=logger.warning)


def _become(part: Part) -> None:
    """Be the part from now on: signals reach it, and its end is ours."""
    connections.close_all()
    os.chdir(BASE_DIR)
    os.execve(part.command[0], part.command, {**os.environ, **dict(part.environment), "PYTHONUNBUFFERED": "1"})
