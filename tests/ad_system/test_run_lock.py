from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ad_system.errors import CannotStart
from ad_system.run_lock import Run, run_alone

HOLD = """
import sys
from pathlib import Path
from ad_system.run_lock import run_alone
with run_alone(Path(sys.argv[1]), address='http://127.0.0.1:8000/'):
    print('held', flush=True)
    sys.stdin.read()
"""
ROOT = Path(__file__).resolve().parent.parent.parent


def hold_elsewhere(data_dir: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data_dir)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_run_is_refused_and_told_which_one_is_there(tmp_path: Path) -> None:
    with hold_elsewhere(tmp_path) as holder:
        with pytest.raises(CannotStart) as refusal, run_alone(tmp_path, address="http://127.0.0.1:9000/"):
            pass
        holder.kill()

    assert f"process {holder.pid}, http://127.0.0.1:8000/" in str(refusal.value)
    assert str(tmp_path) in str(refusal.value)


def test_a_killed_run_does_not_block_the_next_one_which_hears_of_it(tmp_path: Path) -> None:
    with hold_elsewhere(tmp_path) as holder:
        holder.kill()

    with run_alone(tmp_path, address="http://127.0.0.1:9000/") as killed_run:
        note = json.loads((tmp_path / "up.json").read_text())

    assert killed_run == Run(pid=holder.pid, address="http://127.0.0.1:8000/")
    assert note == {"pid": os.getpid(), "address": "http://127.0.0.1:9000/"}


def test_a_run_that_ended_leaves_no_trace(tmp_path: Path) -> None:
    with pytest.raises(CannotStart), run_alone(tmp_path, address="first"):
        raise CannotStart("of some reason")

    with run_alone(tmp_path, address="second") as killed_run:
        pass

    assert killed_run is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x", "address": "y"}', '{"pid": 1}'])
def test_a_damaged_note_blocks_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "up.json").write_text(content)

    with run_alone(tmp_path, address="first") as killed_run:
        pass

    assert killed_run is None
