"""A large upload in a real worker, which dies on the way; another one goes on, and every row counts once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes import Installation

pytestmark = pytest.mark.system

ROWS = 30_000
# What the web server does for an upload, on the installation's own database.
PREPARE = """
from pathlib import Path
from django.utils import timezone
from campaigns import tasks
from campaigns.services import create_brand, create_campaign
from campaigns.services.imports import uploads
now = timezone.now()
brand = create_brand(name="Acme", now=now)
create_campaign(brand_id=brand.pk, name="Search", now=now)
options = uploads.UploadOptions("campaign", "day", "cost")
content = Path({path!r}).read_bytes()
row = uploads.keep_upload(brand_id=brand.pk, file_name="large.csv", content=content, options=options, now=now)
assert not uploads.is_small(content)
tasks.run_import.delay(row.pk)
"""
# It stops the worker in its tracks at the first entries: a process's end later, all of them might be there.
CONFIRM = """
import os
import signal
import time
from campaigns import tasks
from campaigns.models import SpendLog
from campaigns.services.imports import uploads
uploads.confirm(import_id=1)
tasks.run_import.delay(1)
deadline = time.monotonic() + 120
while not SpendLog.objects.exists():
    assert time.monotonic() < deadline, "no entry yet"
    time.sleep(0.02)
os.killpg({worker}, signal.SIGSTOP)
"""
# A minute later, when nobody has said anything for that long.
GO_ON = """
from datetime import timedelta
from campaigns import tasks
from campaigns.models import SpendImport
row = SpendImport.objects.get()
SpendImport.objects.update(alive_at=row.alive_at - timedelta(seconds=61))
tasks.run_import.delay(1)
"""
TELL = """
from django.db.models import Count, Sum
from campaigns.models import SpendImport, SpendLog
row, ledger = SpendImport.objects.get(), SpendLog.objects.aggregate(count=Count("pk"), total=Sum("amount"))
print(row.state, row.new, row.recorded, ledger["count"], ledger["total"], sep="|")
"""


def tell(installation: Installation) -> list[str]:
    return installation.manage("shell", "--no-imports", "--command", TELL).strip().splitlines()[-1].split("|")


def test_an_import_goes_on_where_its_worker_died(installation: Installation, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    rows = "".join(f"Search,2026-01-{row % 28 + 1:02} {row % 24:02}:00,0.01,{row}\n" for row in range(ROWS))
    path.write_text(f"campaign,day,cost,number\n{rows}")

    def run(code: str) -> None:
        installation.manage("shell", "--no-imports", "--command", code)

    def wait_for(state: str) -> None:
        installation.wait_until(lambda: tell(installation)[0] == state, seconds=180, what=f"the state {state}")

    installation.start("broker")
    installation.start("worker")
    run(PREPARE.format(path=str(path)))
    wait_for("checked")
    run(CONFIRM.format(worker=installation.group("worker")))
    installation.kill("worker")
    state, _, _, count, _ = tell(installation)
    assert (state, 0 < int(count) < ROWS) == ("running", True)
    installation.start("worker")
    run(GO_ON)
    wait_for("done")

    assert tell(installation) == ["done", str(ROWS), "300.00", str(ROWS), "300.00"]
