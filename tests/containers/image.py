"""The image, as far as it can be had without an engine: what the Dockerfile copies, as a tree to read only."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.plugin.guard import group_of
from tests.plugin.postgres import UNPRIVILEGED
from tests.plugin.runs import ROOT

_IS_NEW_ENOUGH = "import sys, venv; sys.exit(sys.version_info < (3, 11))"


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs a container's processes, and with which Python. No name: whoever runs the tests."""

    python: Path
    name: str = ""


def make_account(folder: Path, name: str) -> Account:
    """This will make an environment with the image's packages and nothing else, for `name` if there is a Python for it.

    It needs the network.
    """
    own = str(Path(sys.base_prefix) / "bin" / "python3")
    base = next((one for one in (own, "/usr/bin/python3") if _may_run(one, name)), None)
    if base is None:
        return Account(Path(sys.executable))
    venv = folder / "venv"
    subprocess.run([base, "-m", "venv", "--without-pip", venv], check=True)
    # As the Dockerfile does.
    install = [sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python"), "install", "--quiet"]
    install += ["--only-binary", ":all:", "--requirement", str(ROOT / "requirements-flower.txt")]
    subprocess.run(install, check=True)
    return Account(venv / "bin" / "python", name)


def unprivileged() -> str:
    """This will return an account that owns nothing, if there is a choice."""
    return UNPRIVILEGED if os.geteuid() == 0 else ""


def _may_run(python: str, user: str) -> bool:
    try:
        done = subprocess.run(
            [python, "-c", _IS_NEW_ENOUGH],
            cwd="/",
            capture_output=True,
            check=False,
            user=user or None,
            group=group_of(user) if user else None,
        )
    except (PermissionError, FileNotFoundError):
        return False
    return done.returncode == 0


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
