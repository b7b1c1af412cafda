"""`manage.py is_alive NAME`: does the part on this machine answer? Health checks of containers ask it."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ad_system import address, alive_file, parts
from ad_system.address import Address, port_number

# Beat looks at its schedule every five seconds.
LONGEST_SILENCE_SECONDS = 60


class Command(BaseCommand):
    help = "Asks the part on this machine whether it answers. Exit code 0: it does; 1: it does not."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=("web", "worker", "beat", "flower"), help="the part to ask")
        parser.add_argument("--port", type=port_number, help="where it listens (default: web 8000, flower 5555)")

    def handle(self, *, name: str, port: int | None, **options: object) -> None:
        looks: dict[str, Callable[[], bool]] = {
            # The process alone: a database that is away is no reason to start the web server again.
            "web": lambda: address.answers(
                Address("127.0.0.1", port or 8000), allowed_hosts=settings.ALLOWED_HOSTS, page="/healthz"
            ),
            "flower": lambda: _flower_answers(port or 5555),
            "worker": parts.worker_answers,
            "beat": lambda: (
                alive_file.seconds_ago(settings.ENVIRONMENT.data_dir, now=time.time()) < LONGEST_SILENCE_SECONDS
            ),
        }
        if not looks[name]():
            raise CommandError(f"The {name} on this machine does not answer.")


def _flower_answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=address.ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthcheck")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
