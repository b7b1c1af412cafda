"""What `manage.py up` writes: the lines of all parts in one stream, each with the name of its part."""

from __future__ import annotations

import threading
from typing import Protocol

NAME_WIDTH = 6
COLOURS = {"broker": "35", "web": "36", "worker": "32", "beat": "33"}
OWN_COLOUR = "1"


class Stream(Protocol):
    """The part of a text file that is needed here; Django's output wrapper has it too."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...


class Output:
    """Lines from several threads, one at a time, each with its name in front."""

    def __init__(self, stream: Stream, *, is_coloured: bool) -> None:
        self._stream = stream
        self._is_coloured = is_coloured
        self._lock = threading.Lock()
        self.is_closed = False

    def say(self, text: str = "") -> None:
        """This will write lines of our own: what is being done, and what happened to a part."""
        for line in text.split("\n"):
            self.write_line("up", line)

    def write_line(self, name: str, line: str) -> None:
        """This will write one line of the part called `name`."""
        label = f"{name:<{NAME_WIDTH}} |"
        if self._is_coloured:
            label = f"\x1b[{COLOURS.get(name, OWN_COLOUR)}m{label}\x1b[0m"
        with self._lock:
            self._write(f"{label} {line}".rstrip() + "\n")

    def _write(self, text: str) -> None:
        if self.is_closed:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            # The terminal or the reader of the pipe is gone. The supervisor sees it and stops: a part that may not
            # write any more would hang in the middle of its work.
            self.is_closed = True
