"""With real processes: small Python programs in the place of the parts."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ad_system.errors import CannotStart
from ad_system.output import Output
from ad_system.processes import Part
from ad_system.supervisor import Supervisor, restart_delay
from tests.ad_system.polling import is_running, wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are stopped by POSIX signals")

FOREVER = "import time\nprint('up', flush=True)\nwhile True: time.sleep(60)"
SECONDS = 30


def program(name: str, source: str, *, grace_seconds: float = 10) -> Part:
    return Part(name=name, command=(sys.executable, "-c", source), grace_seconds=grace_seconds)


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(stream: io.StringIO, tmp_path: Path) -> Supervisor:
    return Supervisor(Output(stream, is_coloured=False), folder=tmp_path, environment=os.environ)


def pid_in(file: Path) -> int:
    wait_until(lambda: file.exists() and file.read_text(), what=f"a number in {file.name}")
    return int(file.read_text())


def has(stream: io.StringIO, text: str) -> Callable[[], bool]:
    return lambda: text in stream.getvalue()


@pytest.mark.parametrize(("deaths", "seconds"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (7, 30), (1000, 30)])
def test_restart_delay_doubles_up_to_half_a_minute(deaths: int, seconds: int) -> None:
    assert restart_delay(deaths) == seconds


def test_lines_carry_the_name_of_their_part(supervisor: Supervisor, stream: io.StringIO) -> None:
    with supervisor:
        supervisor.start(program("web", FOREVER))
        supervisor.start(program("beat", FOREVER.replace("'up'", "'bad \\udc80'.encode(errors='surrogateescape')")))
        supervisor.wait_until(has(stream, "web    | up\n"), name="web", seconds=SECONDS)
        supervisor.wait_until(has(stream, "beat   | b'bad \\x80'\n"), name="beat", seconds=SECONDS)


def test_a_part_that_dies_is_started_again_and_it_is_said(supervisor: Supervisor, stream: io.StringIO) -> None:
    with supervisor:
        supervisor.start(program("worker", "print('hello', flush=True); raise SystemExit(7)"))
        supervisor.wait_until(lambda: stream.getvalue().count("worker | hello") >= 2, name="worker", seconds=SECONDS)

    assert "up     | worker died (exit code 7); starting it again in 1 s\n" in stream.getvalue()


def test_a_killed_part_is_started_again(supervisor: Supervisor, stream: io.StringIO, tmp_path: Path) -> None:
    source = f"import os, pathlib\npathlib.Path('pid').write_text(str(os.getpid()))\n{FOREVER}"
    with supervisor:
        supervisor.start(program("web", source))
        first = pid_in(tmp_path / "pid")
        os.kill(first, signal.SIGKILL)
        supervisor.wait_until(
            lambda: (tmp_path / "pid").read_text() not in {"", str(first)}, name="web", seconds=SECONDS
        )
        second = pid_in(tmp_path / "pid")

        assert is_running(second)

    assert "web died (killed by SIGKILL); starting it again in 1 s" in stream.getvalue()
    assert not is_running(second)


def test_what_a_dead_part_started_ends_with_it(supervisor: Supervisor, tmp_path: Path) -> None:
    source = f"""
import os, pathlib, subprocess, sys
if not pathlib.Path('child').exists():
    child = subprocess.Popen([sys.executable, '-c', {FOREVER!r}])
    pathlib.Path('child').write_text(str(child.pid))
    os.abort()
{FOREVER}"""
    with supervisor:
        supervisor.start(program("web", source))
        child = pid_in(tmp_path / "child")
        supervisor.wait_until(lambda: not is_running(child), name="web", seconds=SECONDS)


def test_wait_until_gives_up_on_a_part_that_keeps_dying(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ad_system.supervisor.LONGEST_DELAY", 0)

    with supervisor:
        supervisor.start(program("web", "raise SystemExit(1)"))

        with pytest.raises(CannotStart, match=r"The web died 4 times: .* Ask Anna\."):
            supervisor.wait_until(lambda: False, name="web", seconds=SECONDS, hint=" Ask Anna.")


def test_wait_until_gives_up_after_a_while(supervisor: Supervisor) -> None:
    with supervisor:
        supervisor.start(program("web", FOREVER))

        with pytest.raises(CannotStart, match=r"The web did not answer within 0\.5 s"):
            supervisor.wait_until(lambda: False, name="web", seconds=0.5)


def test_parts_stop_in_the_opposite_order_of_their_start(supervisor: Supervisor, stream: io.StringIO) -> None:
    source = """
import signal, sys, time
def stop(*_):
    print('ends', flush=True)
    time.sleep(0.2)
    sys.exit()
signal.signal(signal.SIGTERM, stop)
print('up', flush=True)
while True: time.sleep(60)"""
    with supervisor:
        for name in ("broker", "worker", "beat", "web"):
            supervisor.start(program(name, source))
            supervisor.wait_until(has(stream, f"{name:<6} | up\n"), name=name, seconds=SECONDS)

    ends = re.findall(r"^(\w+) +\| ends$", stream.getvalue(), re.MULTILINE)
    assert ends == ["web", "beat", "worker", "broker"]


def test_a_part_that_does_not_stop_is_killed_after_its_grace(
    supervisor: Supervisor, stream: io.StringIO, tmp_path: Path
) -> None:
    source = f"import os, pathlib, signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n{FOREVER}\n"
    source = source.replace("print(", "pathlib.Path('pid').write_text(str(os.getpid())); print(")
    with supervisor:
        supervisor.start(program("worker", source, grace_seconds=0.3))
        supervisor.wait_until(has(stream, "worker | up"), name="worker", seconds=SECONDS)

    assert "worker did not stop in 0.3 s: killed" in stream.getvalue()
    assert not is_running(pid_in(tmp_path / "pid"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_asks_to_stop(supervisor: Supervisor, number: signal.Signals) -> None:
    before = signal.getsignal(number)

    with supervisor:
        was_stopping = supervisor.is_stopping
        signal.raise_signal(number)
        supervisor.watch()

    assert (was_stopping, supervisor.is_stopping) == (False, True)
    assert signal.getsignal(number) == before


def test_under_nohup_the_end_of_the_terminal_is_no_reason(supervisor: Supervisor) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with supervisor:
            signal.raise_signal(signal.SIGHUP)
            assert not supervisor.is_stopping
    finally:
        signal.signal(signal.SIGHUP, before)


def test_nothing_is_started_again_that_somebody_asked_to_stop(supervisor: Supervisor, stream: io.StringIO) -> None:
    with supervisor:
        supervisor.start(program("web", FOREVER))
        supervisor.wait_until(has(stream, "web    | up"), name="web", seconds=SECONDS)
        signal.raise_signal(signal.SIGINT)
        supervisor.watch()

    assert "starting it again" not in stream.getvalue()


def test_an_output_that_nobody_reads_is_a_reason_to_stop(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        output = Output(stream, is_coloured=False)
        with Supervisor(output, folder=tmp_path, environment=os.environ) as supervisor:
            supervisor.start(program("web", FOREVER))
            supervisor.watch()
        # What could not be written stays in the buffer; closing would try once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), writer)

    assert output.is_closed


def test_a_program_that_cannot_be_started_is_tried_again(
    supervisor: Supervisor, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with supervisor:
        with monkeypatch.context() as patch:
            patch.setattr(subprocess, "Popen", refuse)
            supervisor.start(program("web", FOREVER))
        supervisor.wait_until(has(stream, "web    | up"), name="web", seconds=SECONDS)

    assert "web cannot be started (Resource temporarily unavailable); starting it again in 1 s" in stream.getvalue()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    waiting = f"import os, pathlib\npathlib.Path('NAME').write_text(str(os.getpid()))\n{FOREVER}"
    # The second one has a child, which it ends when it is told to; the supervisor cannot tell it any more.
    parent = """
import os, pathlib, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
def stop(*_):
    child.kill()
    sys.exit()
signal.signal(signal.SIGTERM, stop)
pathlib.Path('child').write_text(str(child.pid))
pathlib.Path('web').write_text(str(os.getpid()))
while True: time.sleep(60)"""
    source = f"""
import os, sys
from pathlib import Path
from ad_system.output import Output
from ad_system.processes import Part
from ad_system.supervisor import Supervisor
with Supervisor(Output(sys.stdout, is_coloured=False), folder=Path({str(tmp_path)!r}), environment=os.environ) as it:
    it.start(Part('worker', (sys.executable, '-c', {waiting.replace("NAME", "worker")!r})))
    it.start(Part('web', (sys.executable, '-c', {parent!r}), ends_its_children=True))
    it.watch()
"""
    root = Path(__file__).resolve().parent.parent.parent
    with subprocess.Popen([sys.executable, "-c", source], cwd=root, stdout=subprocess.PIPE) as killed:
        pids = [pid_in(tmp_path / name) for name in ("worker", "web", "child")]
        assert all(is_running(pid) for pid in pids)

        killed.kill()

    wait_until(lambda: not any(is_running(pid) for pid in pids), what="the end of the parts")
