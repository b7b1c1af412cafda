"""`manage.py up`: the whole system with one command."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from ad_system import address, broker, embedded, installation, parts, waiting
from ad_system.address import Address, port_number
from ad_system.environment import BASE_DIR
from ad_system.errors import CannotStart
from ad_system.installation import Administrator
from ad_system.output import Output
from ad_system.run_lock import run_alone
from ad_system.supervisor import Supervisor

START_SECONDS = 120
# How long a killed run's web server may take to let go of its port.
LEFTOVER_SECONDS = 15


class Command(BaseCommand):
    help = (
        "Runs everything: broker, worker, beat and web server. Brings the database up to date first, makes an "
        "administrator and a demo agency on the first start, starts again what dies, and stops all on Ctrl-C."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=port_number, default=8000, help="port to listen on (default: %(default)s)")
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
        parser.add_argument(
            "--only",
            type=_names,
            default=parts.NAMES,
            metavar="PARTS",
            help=f"run only these, separated by commas: {', '.join(parts.NAMES)}",
        )

    def handle(
        self, *, host: str, port: int, no_demo: bool, only: Sequence[str], no_color: bool, **options: object
    ) -> None:
        is_plain = no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        output = Output(self.stdout, is_coloured=self.stdout.isatty() and not is_plain)
        try:
            _run(Address(host, port), names=_names_to_run(only), has_demo=not no_demo, output=output)
        except CannotStart as refusal:
            raise CommandError(str(refusal)) from refusal
        except KeyboardInterrupt:
            output.say("Interrupted before anything ran")


def _run(place: Address, *, names: Sequence[str], has_demo: bool, output: Output) -> None:
    data_dir = settings.ENVIRONMENT.data_dir
    with run_alone(data_dir, address=place.url if "web" in names else ", ".join(names)) as killed_run:
        if "web" in names:
            _check_address(place, is_after_a_kill=killed_run is not None, output=output)
        _prepare(has_demo=has_demo, output=output)
        try:
            with Supervisor(output, folder=BASE_DIR, environment=os.environ) as supervisor:
                _start(supervisor, place, names=names, output=output)
                if not supervisor.is_stopping:
                    _greet(place, names=names, output=output)
                supervisor.watch()
        finally:
            if "broker" in names:
                broker.clean_up(socket_path=embedded.broker_socket(data_dir), data_dir=data_dir)
    output.say("Stopped")


def _check_address(place: Address, *, is_after_a_kill: bool, output: Output) -> None:
    address.check_free(place, wait_seconds=LEFTOVER_SECONDS if is_after_a_kill else 0)
    if warning := address.warn_of_host(place, allowed_hosts=settings.ALLOWED_HOSTS):
        output.say(warning)


def _prepare(*, has_demo: bool, output: Output) -> None:
    installation.prepare_database(output.say)
    installation.prepare_static_files(output.say)
    installation.prepare_groups()
    if has_demo:
        installation.load_demo()
    connections.close_all()


def _start(supervisor: Supervisor, place: Address, *, names: Sequence[str], output: Output) -> None:
    """Start the parts in order and wait until they answer, or until somebody asks to stop."""
    has_broker = _start_broker(supervisor, names=names, output=output)
    if supervisor.is_stopping:
        return
    for name in [name for name in names if name != "broker"]:
        output.say(f"Starting {name}")
        supervisor.start(parts.part(name, address=place, environment=settings.ENVIRONMENT))
    if "web" in names:
        supervisor.wait_until(
            lambda: address.answers(place, allowed_hosts=settings.ALLOWED_HOSTS), name="web", seconds=START_SECONDS
        )
    if "worker" in names and has_broker:
        supervisor.wait_until(parts.worker_answers, name="worker", seconds=START_SECONDS)


def _start_broker(supervisor: Supervisor, *, names: Sequence[str], output: Output) -> bool:
    """Return whether there is a broker that answers, started here or elsewhere."""
    server, data_dir = broker.find_server(), settings.ENVIRONMENT.data_dir
    if "broker" in names and server:
        socket_path = embedded.broker_socket(data_dir)
        folder = broker.prepare(server, socket_path=socket_path, data_dir=data_dir)
        output.say(f"Starting broker ({server.name} {server.version[0]}.{server.version[1]})")
        supervisor.start(parts.broker_part(server, socket_path=socket_path, folder=folder))
        hint = f" If its files are damaged, remove {folder}: it holds nothing that anyone would miss."
        supervisor.wait_until(lambda: broker.answers(socket_path), name="broker", seconds=START_SECONDS, hint=hint)
        return True
    if {"worker", "beat"}.isdisjoint(names) or not waiting.broker_trouble():
        return True
    output.say("The broker of CELERY_BROKER_URL does not answer. Worker and beat start, and keep trying.")
    return False


def _greet(place: Address, *, names: Sequence[str], output: Output) -> None:
    """Say that all runs, where, who can sign in, and how to stop it."""
    lines = ["", "ad_system is running."]
    if "web" in names:
        lines += [f"  Address   {place.url}", *_sign_in(place, installation.ensure_administrator())]
        connections.close_all()
    output.say("\n".join([*lines, f"  Stop      Ctrl-C, or: kill {os.getpid()}", ""]))


def _sign_in(place: Address, administrator: Administrator | None) -> list[str]:
    if administrator is None:
        return ["  User      there is no administrator: run manage.py createsuperuser"]
    if administrator.password is None:
        return [f"  User      {administrator.name} (password forgotten: manage.py changepassword {administrator.name})"]
    return [
        f"  User      {administrator.name}",
        f"  Password  {administrator.password} (shown this once; change it at {place.url}admin/password_change/)",
    ]


def _names_to_run(only: Sequence[str]) -> list[str]:
    """Return the parts to run, in the order of their start: no broker where another one is named or files do."""
    is_embedded = settings.CELERY_BROKER_URL.startswith("redis+socket:") and not settings.ENVIRONMENT.celery_broker_url
    names = [name for name in parts.NAMES if name in only and (name != "broker" or is_embedded)]
    if not names:
        raise CommandError("There is no broker to run: CELERY_BROKER_URL names one.", returncode=2)
    if is_embedded and "broker" not in names and not {"worker", "beat"}.isdisjoint(names):
        raise CommandError("Worker and beat need a broker: add it to --only, or set CELERY_BROKER_URL.", returncode=2)
    return names


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    unknown = [name for name in names if name not in parts.NAMES]
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"{text!r}: choose from {', '.join(parts.NAMES)}")
    return names
