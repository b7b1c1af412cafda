"""A file whose age says when beat last looked at its schedule. No network and no database is in between."""

from __future__ import annotations

from pathlib import Path


def leave_sign(data_dir: Path) -> None:
    """This will leave the sign of life."""
    data_dir.mkdir(parents=True, exist_ok=True)
    _file(data_dir).touch()


def take_sign_away(data_dir: Path) -> None:
    """This will say at once that nobody is there any more."""
    _file(data_dir).unlink(missing_ok=True)


def seconds_ago(data_dir: Path, *, now: float) -> float:
    """This will return how long ago the last sign of life was, at the Unix time `now`; infinity if there was none."""
    try:
        return now - _file(data_dir).stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _file(data_dir: Path) -> Path:
    return data_dir / "beat.alive"
