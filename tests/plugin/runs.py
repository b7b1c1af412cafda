"""One run of pytest: its directory, its databases, and the environment that the settings are read from."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import pytest

from tests.plugin.guard import Guarded
from tests.plugin.postgres import Binaries, Postgres, create_database

VENDORS = ("sqlite", "postgres")
ROOT = Path(__file__).resolve().parent.parent.parent

# What a controller tells its workers.
DIRECTORY = "AD_SYSTEM_TEST_DIRECTORY"
VENDOR = "AD_SYSTEM_TEST_DATABASE"
IS_ON_BOTH = "AD_SYSTEM_TEST_IS_ON_BOTH"
ADDRESS = "AD_SYSTEM_TEST_POSTGRES"

# A test that asks for one of these has a database of its own behind it.
DATABASE_FIXTURES = frozenset({"db", "transactional_db", "live_server", "installation", "system"})


@dataclass
class Run:
    """What this process runs its tests on."""

    directory: Path
    vendor: str
    address: str = ""
    worker: str = ""
    is_on_both: bool = False
    postgres: Postgres | None = None
    binaries: Binaries | None = None
    keeper: Guarded | None = field(default=None, repr=False)

    @property
    def home(self) -> Path:
        """The directory of this process, below that of the run."""
        return self.directory / (self.worker or "main")

    def set_environment(self) -> None:
        """Give every setting a value, so that neither a `.env` file nor the person's shell reaches the tests."""
        from ad_system.environment import Environment

        self.home.mkdir(exist_ok=True)
        # Whatever a test leaves among the temporary files goes with the run.
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.home)
        for name, setting in Environment.model_fields.items():
            os.environ[name.upper()] = _as_text(setting.default)
            os.environ.pop(f"{name.upper()}_FILE", None)
        os.environ["DATA_DIR"] = str(self.home / "data")
        os.environ["SECRET_KEY"] = "only-for-tests-" + "x" * 50
        os.environ["DATABASE_URL"] = self.database_url("ad_system")
        # Accepts tasks and runs none: a worker is a test's own decision.
        os.environ["CELERY_BROKER_URL"] = "memory://"

    def database_url(self, name: str) -> str:
        """The URL of a database of this run's vendor, whether there is one of that name or not."""
        return f"{self.address}/{name}" if self.vendor == "postgres" else f"sqlite:///{self.home / name}.sqlite3"

    def create_database(self, name: str, *, template: str = "") -> str:
        """Make a database of this run's vendor, empty or a copy of `template`, and return its URL."""
        if self.vendor == "postgres":
            create_database(self.address, name, template=template)
        elif template:
            shutil.copy(self.home / f"{template}.sqlite3", self.home / f"{name}.sqlite3")
        return self.database_url(name)

    def start_postgres(self) -> None:
        """Start the server, if this run uses one and this process is the one that owns it."""
        if self.postgres:
            self.binaries = self.postgres.start()

    def describe(self) -> str:
        """The databases of this run, for the header."""
        postgres = f"PostgreSQL {self.binaries.version} ({self.binaries.folder})" if self.binaries else ""
        sqlite = "SQLite (a file)" if self.is_on_both or not postgres else ""
        return " and ".join(filter(None, (sqlite, postgres)))

    def close(self) -> None:
        """Stop what this process started, and remove the run's directory if it is ours."""
        if self.postgres:
            self.postgres.stop()
        if self.keeper:
            self.keeper.stop()


def of_worker() -> Run | None:
    """The run of an xdist worker, as its controller described it; None in any other process."""
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        return None
    # Taken out, so that a pytest which a test starts does not believe to be this worker.
    told = {name: os.environ.pop(name, "") for name in (DIRECTORY, VENDOR, IS_ON_BOTH, ADDRESS)}
    if not told[DIRECTORY]:
        return None
    return Run(
        directory=Path(told[DIRECTORY]),
        vendor=told[VENDOR],
        address=told[ADDRESS],
        worker=os.environ["PYTEST_XDIST_WORKER"],
        is_on_both=bool(told[IS_ON_BOTH]),
    )


def of_controller(config: pytest.Config) -> Run:
    """The run of a process that a person started: it owns the directory and, where needed, the server."""
    directory = Path(tempfile.mkdtemp(prefix="ad_system-tests-")).resolve()
    run = Run(directory=directory, vendor="sqlite", keeper=Guarded(removes=directory))
    if config.known_args_namespace.db == "postgres":
        run.vendor = "postgres"
        _own_postgres(run)
    return run


def assign_workers(config: pytest.Config, run: Run) -> None:
    """Give every worker that is about to start its database: one vendor for all, or both in turn."""
    wanted = config.option.db
    specifications = _worker_specifications(config)
    run.is_on_both = wanted == "both" or (wanted == "auto" and len(specifications) > 1)
    if run.is_on_both and len(specifications) < len(VENDORS):
        raise pytest.UsageError("--db=both needs a worker for each database: add -n 2 or more")
    if run.is_on_both and not run.postgres:
        _own_postgres(run)
    vendors = VENDORS if run.is_on_both else (run.vendor,)
    if run.is_on_both and config.option.maxschedchunk is None:
        # Dealt out one by one, the slow ones first, they end at the same time.
        config.option.maxschedchunk = 1
    if specifications:
        config.option.tx = [f"{one}//env:{VENDOR}={vendor}" for one, vendor in zip(specifications, cycle(vendors))]
    os.environ[DIRECTORY] = str(run.directory)
    os.environ[ADDRESS] = run.address
    os.environ[IS_ON_BOTH] = "yes" if run.is_on_both else ""


def use_database_file(run: Run) -> None:
    """Have Django test on a file: its own default, SQLite in memory, knows no second connection and no locks."""
    from django.conf import settings

    if run.vendor == "sqlite":
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(run.home / "test.sqlite3")


def select(config: pytest.Config, run: Run, items: list[pytest.Item]) -> None:
    """Leave to the other database's workers what is theirs, and skip what cannot run in this run at all."""
    elsewhere = [item for item in items if not _runs_here(item, run)]
    if run.is_on_both:
        config.hook.pytest_deselected(items=elsewhere)
        here = set(items).difference(elsewhere)
        items[:] = sorted((item for item in items if item in here), key=_is_fast)
        return
    for item in elsewhere:
        wanted = next(vendor for vendor in VENDORS if vendor != run.vendor)
        item.add_marker(pytest.mark.skip(reason=f"this test is about {wanted}: run it with --db={wanted} or -n 2"))


def _runs_here(item: pytest.Item, run: Run) -> bool:
    for vendor in VENDORS:
        if item.get_closest_marker(vendor):
            return vendor == run.vendor
    # What touches no database runs once.
    return not run.is_on_both or run.vendor == "sqlite" or touches_database(item)


def _is_fast(item: pytest.Item) -> bool:
    return item.get_closest_marker("system") is None


def touches_database(item: pytest.Item) -> bool:
    """Whether the test uses the database, and so has to hold on both."""
    fixtures: Iterable[str] = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not DATABASE_FIXTURES.isdisjoint(fixtures)


def _own_postgres(run: Run) -> None:
    run.postgres = Postgres()
    run.address = run.postgres.address


def _worker_specifications(config: pytest.Config) -> list[str]:
    if getattr(config.option, "dist", "no") == "no":
        return []
    from xdist.workermanage import parse_tx_spec_config

    return parse_tx_spec_config(config)


def _as_text(default: object) -> str:
    return ",".join(map(str, default)) if isinstance(default, list) else str(default)
