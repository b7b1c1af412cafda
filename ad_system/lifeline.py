"""Runs a program so that it ends when the process that started it ends, even by `kill -9`. Linux only.

    python -I -S lifeline.py SIGNAL PARENT PROGRAM ARGUMENT...

It asks the kernel for SIGNAL at the parent's death and becomes PROGRAM. A script of its own, not a function run after
the fork: the parent has threads, and Python code between their fork and exec can lock up for good.
It imports next to nothing, because it stands before every part's start.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """This will become the program named in `arguments`, tied to the life of the parent named there."""
    signal_number, parent, *program = arguments
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != int(parent):
        sys.exit("the process that started this one is gone")
    os.execv(program[0], program)


if __name__ == "__main__":
    main(sys.argv[1:])
