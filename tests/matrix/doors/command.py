"""The commands, as somebody types them."""

from __future__ import annotations

import io
from collections.abc import Callable

from django.core.management import CommandError, call_command

from campaigns.errors import Refusal
from campaigns.management.refusals import Usage
from tests.matrix.desk import Desk
from tests.matrix.table import Denied, Subject

_PATH = "Acme/Search"


def take(desk: Desk, subject: Subject, value: object) -> None:
    """This will type the value.

    :raises Denied: with the one line on stderr. Its code is the refusal's, or `usage` for a wrong command line.
    """
    call(*TAKES[subject](desk, str(value)))


def call(*arguments: str) -> None:
    """This will run a command.

    :raises Denied: if its exit code is not 0.
    """
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except CommandError as error:
        raise Denied(_code(error), _line(error)) from error
    assert (err.getvalue(), out.getvalue() != "") == ("", True)


def _code(error: CommandError) -> str:
    if isinstance(error, Usage):
        assert error.returncode == 2
        return "usage"
    assert error.returncode == 1
    assert isinstance(error.__cause__, Refusal), error
    return error.__cause__.code


def _line(error: CommandError) -> str:
    assert "\n" not in str(error)
    return str(error)


TAKES: dict[Subject, Callable[[Desk, str], tuple[str, ...]]] = {
    Subject.AMOUNT: lambda _desk, text: ("record_spend", _PATH, text),
    Subject.FULL_COUNTER: lambda _desk, text: ("record_spend", _PATH, text),
    Subject.NEW_AMOUNT: lambda desk, text: ("correct_spend", str(desk.entry.pk), text),
    Subject.MOMENT: lambda _desk, text: ("record_spend", _PATH, "12.50", f"--at={text}"),
    Subject.REFERENCE: lambda _desk, text: ("record_spend", _PATH, "12.50", f"--reference={text}"),
    Subject.DESCRIPTION: lambda _desk, text: ("record_spend", _PATH, "12.50", f"--description={text}"),
    Subject.ENTRY_KEY: lambda _desk, text: ("reverse_spend", text),
}
