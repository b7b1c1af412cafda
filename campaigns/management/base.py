"""What all commands of the desk have in common: the clock, the answer, and how they say no.

Exit codes: 0 done, 1 refused or something found, 2 used wrongly. Where it is not 0, stderr has one line that says why.
"""

from __future__ import annotations

import gc
import io
import json
import logging
import os
import shutil
import sys
from argparse import SUPPRESS
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeAlias

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as AnyDatabaseError
from django.utils import timezone
from rich.console import Console, RenderableType

from campaigns.errors import ManyRefusals, Refusal
from campaigns.management.arguments import DeskHelpFormatter, DeskParser, read_now
from campaigns.management.refusals import Refused, Usage, describe_database_error, one_line
from campaigns.services.refused import count_refused

# What `--json` prints: money as text, because a float would lose it, and moments in ISO 8601.
Json: TypeAlias = "bool | int | str | Decimal | date | Sequence[Json] | Mapping[str, Json] | None"

# Who did it, in the history and in the log.
ACTOR = "manage.py"

_INTERRUPTED = 130
# Wide enough for every column of a table; a terminal says its own width.
_WIDTH_OF_A_PIPE = 180


class DeskCommand(BaseCommand):
    """A command of the desk: `handle` takes `now` and its arguments by name, and lets every `Refusal` pass.

    :cvar has_now: whether the command acts at, or asks about, a moment, so that `--now` means something.
    :cvar has_json: whether it prints facts, so that `--json` (`as_json`) means something.
    :cvar has_logs: whether the log is shown, too; otherwise only with `-v 2`, because the answer says what happened.
    :cvar door: of a command that brings spend: the door under which what is refused is counted.
    :cvar examples: command lines without `manage.py`, shown below the help.
    """

    has_now: ClassVar[bool] = True
    has_json: ClassVar[bool] = False
    has_logs: ClassVar[bool] = False
    door: ClassVar[str] = ""
    examples: ClassVar[tuple[str, ...]] = ()

    # A spend must get in whatever else is wrong with the set-up, and scripts read our stderr.
    requires_system_checks = ()

    def add_base_argument(self, parser: CommandParser, *args: Any, **kwargs: Any) -> None:
        """Keep Django's own options, but out of the help: they say nothing to a person who wants to record a spend."""
        super().add_base_argument(parser, *args, **{**kwargs, "help": SUPPRESS})

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return a parser that raises `Usage` for a wrong command line, however the command was called."""
        declared = super().create_parser(prog_name, subcommand, add_help=False, **kwargs)
        parser = DeskParser(
            prog=declared.prog,
            description=self.help,
            epilog="\n  manage.py ".join(["examples:", *self.examples]) if self.examples else None,
            formatter_class=DeskHelpFormatter,
            parents=[declared],
            allow_abbrev=False,
        )
        if self.has_json:
            parser.add_argument("--json", action="store_true", dest="as_json", help="print the facts as JSON")
        if self.has_now:
            what = "act as if it were this moment: ISO 8601, with an offset"
            offered = what if settings.ALLOW_TIME_TRAVEL else SUPPRESS
            parser.add_argument("--now", type=read_now, metavar="ISO", help=offered)
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        """Run as a process: with an exit code, and without a traceback for what a person or a pipe did."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A terminal that lacks a brand's letters shows question marks instead.
            sys.stdout.reconfigure(errors="replace")
        # What is loaded by now stays: an import makes so many objects that Python would look through it all again and
        # again for what nobody needs, for a quarter of its time.
        gc.freeze()
        try:
            super().run_from_argv(argv)
        except Usage as wrong:
            self.stderr.write(f"Usage: {wrong}")
            sys.exit(wrong.returncode)
        except KeyboardInterrupt:
            self.stderr.write("Interrupted: what was not finished was not written.")
            sys.exit(_INTERRUPTED)
        finally:
            self._flush()

    def execute(self, *args: object, **options: object) -> str | None:
        """Read the clock once, run `handle`, and turn a refusal into one line.

        :raises Refused: for any `Refusal`, and for a database that is not ready.
        """
        options["now"] = self._read_clock(options.get("now"))
        with quiet_logs(is_quiet=not self.has_logs and options.get("verbosity") != 2):
            try:
                return super().execute(*args, **options)
            except Refusal as refusal:
                if self.door and not options.get("dry_run"):
                    # Where rows were printed one by one, they are what was refused.
                    rows = refusal.__cause__
                    refused = rows if isinstance(rows, ManyRefusals) else refusal
                    count_refused(door=self.door, refusal=refused, now=timezone.now())
                raise Refused(one_line(refusal)) from refusal
            except AnyDatabaseError as error:
                sentence = describe_database_error(error)
                if sentence is None:
                    raise
                raise Refused(sentence) from error

    def say(self, text: str = "") -> None:
        """Print lines for people. A reader who has gone away is no reason to fail: the work is done."""
        try:
            self.stdout.write(text)
        except BrokenPipeError:
            # What is left in the buffer goes nowhere at the end.
            pass

    def say_json(self, facts: Json) -> None:
        """Print facts for programs."""
        self.say(json.dumps(facts, indent=2, default=_as_text))

    def say_table(self, table: RenderableType) -> None:
        """Print a table of rich's as wide as the terminal; into a pipe, as wide as it needs to be."""
        is_terminal = self.stdout.isatty()
        console = Console(
            file=io.StringIO(),
            width=shutil.get_terminal_size().columns if is_terminal else _WIDTH_OF_A_PIPE,
            force_terminal=is_terminal,
            # Names are names: [brackets] and :colons: in them mean nothing.
            markup=False,
            emoji=False,
            highlight=False,
        )
        with console.capture() as printed:
            console.print(table)
        self.say("\n".join(line.rstrip() for line in printed.get().splitlines()).strip("\n"))

    def _read_clock(self, travel_to: object) -> datetime:
        """Return the moment at which the command acts. No other line of a command reads the clock."""
        if travel_to is None:
            return timezone.now()
        if not settings.ALLOW_TIME_TRAVEL:
            raise Refused("--now is for trials only: it works where the setting ALLOW_TIME_TRAVEL is on.")
        if not isinstance(travel_to, datetime):
            raise TypeError(f"now takes a datetime, not {travel_to!r}")
        return travel_to

    def _flush(self) -> None:
        try:
            self.stdout.flush()
        except BrokenPipeError:
            # Python flushes once more at its end, and would complain about the same pipe.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def quiet_logs(*, is_quiet: bool) -> Iterator[None]:
    """Keep log lines off the screen meanwhile; what else listens to the log still gets them."""
    handlers = [handler for handler in logging.getLogger().handlers if _writes_on_screen(handler)] if is_quiet else []
    levels = [handler.level for handler in handlers]
    for handler in handlers:
        handler.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for handler, level in zip(handlers, levels, strict=True):
            handler.setLevel(level)


def _writes_on_screen(handler: logging.Handler) -> bool:
    return isinstance(handler, logging.StreamHandler) and handler.stream in (sys.stdout, sys.stderr)


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in JSON")
