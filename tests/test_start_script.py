"""start.sh with a stand-in for Python, which writes down what it is asked to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="start.sh needs a POSIX shell")

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("cat", "cksum", "cp", "dirname", "mkdir", "rm", "sh")
PYTHON = """#!/bin/sh
case "$*" in
    *"sys.version_info < (3, 11)"*) exit {is_old} ;;
    *"import ensurepip"*) exit {lacks_venv} ;;
    *"%d.%d"*) echo 3.12 ;;
    --version) echo "Python 3.12.1" ;;
    "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
    "-m pip "*) echo "$*" >>pip.log; exit "${{PIP_EXIT:-0}}" ;;
    "manage.py up"*) printf '%s\\n' "$@" >up.log ;;
    *) echo "asked for $*" >&2; exit 99 ;;
esac
"""


class Clone:
    """A fresh clone of the project, on a machine with a few programs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a clone"
        self.programs = folder / "bin"
        self.programs.mkdir()
        self.folder.mkdir()
        for name in ("start.sh", "requirements.txt"):
            shutil.copy(ROOT / name, self.folder)
        for tool in TOOLS:
            (self.programs / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")

    def put_python(self, name: str = "python3", *, is_old: bool = False, lacks_venv: bool = False) -> None:
        program = self.programs / name
        program.write_text(PYTHON.format(is_old=int(is_old), lacks_venv=int(lacks_venv)))
        program.chmod(0o755)

    def start(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "start.sh", *arguments],
            cwd="/",
            env={"PATH": str(self.programs), **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def installations(self) -> int:
        log = self.folder / "pip.log"
        return len(log.read_text().splitlines()) if log.exists() else 0


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_without_python_it_says_what_to_install(clone: Clone) -> None:
    done = clone.start()

    assert done.returncode == 1
    assert done.stderr.startswith("start: Python 3.11 or newer is needed.")
    assert "apt install python3 python3-venv" in done.stderr
    assert not (clone.folder / ".venv").exists()


def test_an_old_python_is_none(clone: Clone) -> None:
    clone.put_python(is_old=True)

    done = clone.start()

    assert done.returncode == 1
    assert "Python 3.11 or newer is needed." in done.stderr


def test_a_python_without_venv_is_named_with_its_package(clone: Clone) -> None:
    clone.put_python(lacks_venv=True)

    done = clone.start()

    assert done.returncode == 1
    assert done.stderr == (
        "start: python3 cannot make a virtual environment. On Debian and Ubuntu: apt install python3.12-venv\n"
    )


@pytest.mark.parametrize("unfit", [{"is_old": True}, {"lacks_venv": True}])
def test_a_python_that_will_do_is_looked_for_further(clone: Clone, unfit: dict[str, bool]) -> None:
    clone.put_python("python3.13", **unfit)
    clone.put_python("python3")

    assert clone.start().returncode == 0


def test_the_first_start_installs_and_passes_its_arguments_on(clone: Clone) -> None:
    clone.put_python()

    done = clone.start("--port", "8001", "--only", "broker, web")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "start: Making .venv with Python 3.12.1",
        "start: Installing what requirements.txt names (a minute, and only when it has changed)",
    ]
    assert (clone.folder / "up.log").read_text().splitlines() == [
        *("manage.py", "up", "--port", "8001", "--only", "broker, web")
    ]


def test_the_second_start_installs_nothing(clone: Clone) -> None:
    clone.put_python()
    clone.start()

    done = clone.start()

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert clone.installations == 1


def test_changed_requirements_are_installed(clone: Clone) -> None:
    clone.put_python()
    clone.start()
    with (clone.folder / "requirements.txt").open("a") as requirements:
        requirements.write("# one more\n")

    done = clone.start()

    assert "Making" not in done.stdout
    assert clone.installations == 2


def test_a_failed_installation_says_what_to_do_and_is_repaired(clone: Clone) -> None:
    clone.put_python()

    failed = clone.start(PIP_EXIT="1")
    repaired = clone.start()

    assert failed.returncode == 1
    assert failed.stderr == (
        "start: The installation failed: see above. It needs the network once; then run this again.\n"
    )
    assert "start: Replacing .venv, which is unfinished or does not run" in repaired.stdout
    assert repaired.returncode == 0
    assert (clone.folder / "up.log").exists()


@pytest.mark.parametrize("damage", ["no program", "not a program", "half made"])
def test_an_environment_that_does_not_run_is_replaced(clone: Clone, damage: str) -> None:
    clone.put_python()
    clone.start()
    program = clone.folder / ".venv" / "bin" / "python"
    program.unlink()
    if damage == "not a program":
        program.write_text("#!/no/such/interpreter\n")
        program.chmod(0o755)
    if damage == "half made":
        shutil.rmtree(program.parent)

    done = clone.start()

    assert done.returncode == 0
    assert "Replacing .venv" in done.stdout
    assert clone.installations == 2


def test_a_python_can_be_chosen(clone: Clone) -> None:
    clone.put_python("python3", is_old=True)
    clone.put_python("mine")

    assert clone.start(PYTHON=str(clone.programs / "mine")).returncode == 0


DOCKER = """#!/bin/sh
case "$*" in
    "compose version") exit "${COMPOSE_EXIT:-0}" ;;
    *) printf '%s\\n' "$@" >docker.log ;;
esac
"""


def put_docker(clone: Clone) -> None:
    program = clone.programs / "docker"
    program.write_text(DOCKER)
    program.chmod(0o755)


def test_with_docker_it_needs_no_python(clone: Clone) -> None:
    put_docker(clone)

    done = clone.start("--docker", "--detach")

    assert (done.returncode, done.stderr) == (0, "")
    assert (clone.folder / "docker.log").read_text().split() == ["compose", "up", "--build", "--detach"]
    assert not (clone.folder / ".venv").exists()


@pytest.mark.parametrize("has_docker", [True, False])
def test_without_docker_it_says_what_is_needed(clone: Clone, has_docker: bool) -> None:
    if has_docker:
        put_docker(clone)

    done = clone.start("--docker", COMPOSE_EXIT="1")

    assert done.returncode == 1
    assert done.stderr.startswith("start: Docker with its compose plugin is needed")
