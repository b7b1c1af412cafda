"""What the proofs share: the auditor, where the database can have one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from tests.proof import auditor


@pytest.fixture
def audited(db: None) -> Iterator[None]:
    """Has PostgreSQL audit what the test commits; elsewhere nothing can."""
    is_possible = connection.vendor == "postgresql"
    if is_possible:
        auditor.install()
    yield
    if is_possible and not connection.in_atomic_block:
        auditor.remove()
