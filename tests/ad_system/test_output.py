from __future__ import annotations

import io

from ad_system.output import Output


def test_lines_are_told_apart_by_name() -> None:
    stream = io.StringIO()
    output = Output(stream, is_coloured=False)

    output.write_line("web", "Started")
    output.write_line("worker", "ready")
    output.say("one\n\ntwo")

    assert stream.getvalue() == "web    | Started\nworker | ready\nup     | one\nup     |\nup     | two\n"


def test_colour_is_on_the_name_only() -> None:
    stream = io.StringIO()
    output = Output(stream, is_coloured=True)

    output.write_line("web", "Started")

    assert stream.getvalue() == "\x1b[36mweb    |\x1b[0m Started\n"


def test_a_closed_stream_is_noticed_and_no_error() -> None:
    class Closed(io.StringIO):
        def flush(self) -> None:
            raise BrokenPipeError

    output = Output(Closed(), is_coloured=False)
    assert not output.is_closed

    output.say("anybody there?")
    output.say("nobody")

    assert output.is_closed
