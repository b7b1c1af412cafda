"""Dealing tests out to the workers of two databases: those of one share its tests among themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScheduling

from tests.plugin.runs import VENDOR, VENDORS

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.workermanage import WorkerController


class EachDatabaseScheduling:
    """xdist's load scheduling, once for each database, seen from outside as one."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        self._config = config
        self._pools = {vendor: LoadScheduling(config, log) for vendor in VENDORS}
        for position, pool in enumerate(self._pools.values()):
            # Workers were given the databases in turn.
            pool.numnodes = len(range(position, pool.numnodes, len(VENDORS)))

    @property
    def nodes(self) -> list[WorkerController]:
        """All workers."""
        return [node for pool in self._pools.values() for node in pool.nodes]

    @property
    def collection_is_completed(self) -> bool:
        """Whether every worker has said which tests it has."""
        return all(pool.collection_is_completed for pool in self._pools.values())

    @property
    def tests_finished(self) -> bool:
        """Whether every test has been dealt out, and all but the last of each worker have been run."""
        return all(pool.tests_finished for pool in self._pools.values())

    @property
    def has_pending(self) -> bool:
        """Whether tests are still running or waiting."""
        return any(pool.has_pending for pool in self._pools.values())

    def add_node(self, node: WorkerController) -> None:
        """Take a worker in."""
        self._pool_of(node).add_node(node)

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """Take note of the tests that a worker has found."""
        self._pool_of(node).add_node_collection(node, collection)

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        """Take note that a worker has run a test, and give it more."""
        self._pool_of(node).mark_test_complete(node, item_index, duration)

    def mark_test_pending(self, item: str) -> None:
        """Have a test run again, on every database that it belongs to."""
        for pool in self._pools.values():
            if item in (pool.collection or ()):
                pool.mark_test_pending(item)

    def remove_pending_tests_from_node(self, node: WorkerController, indices: Sequence[int]) -> None:
        """Take tests back from a worker."""
        self._pool_of(node).remove_pending_tests_from_node(node, indices)

    def remove_node(self, node: WorkerController) -> str | None:
        """Let a worker go; the others of its database take over, and the test that it died in is returned."""
        return self._pool_of(node).remove_node(node)

    def schedule(self) -> None:
        """Deal out the first tests."""
        for pool in self._pools.values():
            pool.schedule()
        # xdist takes the last worker's number for all; where it has none, the run would count as empty.
        names = {name for pool in self._pools.values() for name in pool.collection or ()}
        session = self._config.pluginmanager.get_plugin("session")
        assert isinstance(session, pytest.Session)
        session.testscollected = len(names)

    def _pool_of(self, node: WorkerController) -> LoadScheduling:
        return self._pools[str(node.gateway.spec.env[VENDOR])]
