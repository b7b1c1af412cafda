"""The image, as far as it can be had without an engine: what the Dockerfile copies, as a tree to read only."""

from __future__ import annotations

import re
import shutil
import stat
from pathlib import Path

from tests.plugin.runs import ROOT


def instructions() -> list[tuple[str, str]]:
    """This will return the instructions of the Dockerfile, each on one line."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in text.splitlines() if line.strip()]


def copied_paths() -> list[str]:
    """This will return what the Dockerfile copies from the project."""
    copies = [value.split()[:-1] for word, value in instructions() if word == "COPY" and "--from" not in value]
    return [source for sources in copies for source in sources]


def make_tree(folder: Path) -> None:
    """This will copy what the image holds below /app into `folder`, and take the right to write from all of it."""
    folder.mkdir()
    for source in copied_paths():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copy(ROOT / source, folder)
    for path in [*folder.rglob("*"), folder]:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)


def give_back(folder: Path) -> None:
    """This will let the tree be removed."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)


def files_of(folder: Path) -> dict[str, float]:
    """This will return all files below a folder, with the moments of their last change."""
    return {str(path.relative_to(folder)): path.stat().st_mtime for path in folder.rglob("*")}
