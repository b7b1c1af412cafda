"""A disk of a few megabytes in memory, which a test fills, frees and makes read-only. Only root may have one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MEGABYTE = 1024 * 1024


class SmallDisk:
    """A mounted file system."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self) -> None:
        """This will leave no room."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (MEGABYTE, 4096, 1):
                _write_until_full(file.fileno(), size)

    def free(self) -> None:
        """This will make room again."""
        self._ballast.unlink()

    def remount(self, option: str) -> None:
        """This will mount it anew with an option: `ro`, `rw`, `size=20m`."""
        subprocess.run(["mount", "-o", f"remount,{option}", str(self.path)], check=True)


@contextmanager
def small_disk(path: Path, *, megabytes: int) -> Iterator[SmallDisk]:
    """This will mount a disk of that size at `path`, until the end; where that is not allowed the test is skipped."""
    path.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here, which takes root: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(path)
    finally:
        # Lazily: what still has a file open there must not keep the mount.
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def _write_until_full(descriptor: int, size: int) -> None:
    block = b"\0" * size
    try:
        while os.write(descriptor, block) == size:
            pass
    except OSError:
        # That is what was wanted: no room for so much.
        return
