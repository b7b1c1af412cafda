"""The databases of a run: a private PostgreSQL that keeps its promises (fsync), and SQLite files."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.process import build, run
from benchmarks.results import Vendor
from tests.plugin.guard import Guarded
from tests.plugin.postgres import DURABLE_SETTINGS, Postgres, create_database, drop_database


@dataclass
class Databases:
    """Makes each data set once, and copies it for each case."""

    directory: Path
    _postgres: Postgres | None = None
    _built: set[tuple[Vendor, str]] = field(default_factory=set)
    versions: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def copy(self, vendor: Vendor, size: str) -> Iterator[str]:
        """Make a copy of the data set for one case, and return its URL; it goes afterwards."""
        template, name = f"{size}_template", f"{size}_copy"
        if (vendor, size) not in self._built:
            self._create(vendor, template)
            run(partial(build, size=size), directory=self.directory, database_url=self._url(vendor, template))
            self._built.add((vendor, size))
        self._create(vendor, name, template)
        try:
            yield self._url(vendor, name)
        finally:
            self._drop(vendor, name)

    def close(self) -> None:
        """Stop the server, if there is one."""
        if self._postgres:
            self._postgres.stop()

    def _url(self, vendor: Vendor, name: str) -> str:
        return f"{self._server().address}/{name}" if vendor == "postgres" else f"sqlite:///{self._file(name)}"

    def _create(self, vendor: Vendor, name: str, template: str = "") -> None:
        if vendor == "postgres":
            create_database(self._server().address, name, template=template)
        elif template:
            shutil.copy(self._file(template), self._file(name))

    def _drop(self, vendor: Vendor, name: str) -> None:
        if vendor == "postgres":
            drop_database(self._server().address, name)
        else:
            for file in self.directory.glob(f"{name}.sqlite3*"):
                file.unlink()

    def _file(self, name: str) -> Path:
        return self.directory / f"{name}.sqlite3"

    def _server(self) -> Postgres:
        if self._postgres is None:
            self._postgres = Postgres(DURABLE_SETTINGS)
            self.versions["PostgreSQL"] = self._postgres.start().version
        return self._postgres


@contextmanager
def databases() -> Iterator[Databases]:
    """Make a directory for the databases of one run, and remove it with them whatever happens."""
    directory = Path(tempfile.mkdtemp(prefix="ad_system-benchmarks-")).resolve()
    # It goes even if this process is killed.
    keeper = Guarded(removes=directory)
    made = Databases(directory)
    try:
        yield made
    finally:
        made.close()
        keeper.stop()
