"""The API over real HTTP, against the web server that `manage.py up` runs, on both databases."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.ad_system.running import EMBEDDED, ROOT, RunningUp
from tests.processes import Installation

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(sys.platform != "linux", reason="the processes are read from /proc"),
]

SETUP = """
from django.utils import timezone
from campaigns.services import create_brand, create_campaign
now = timezone.now()
acme = create_brand(name="Acme", now=now)
print(create_campaign(brand_id=acme.pk, name="Search", external_id="4711", now=now).pk)
"""


class Site:
    """A running site, and a key for it."""

    def __init__(self, up: RunningUp, installation: Installation) -> None:
        self.up, self.installation = up, installation
        self.campaign = int(installation.manage("shell", "--no-imports", "-c", SETUP).split()[-1])
        made = installation.manage(
            *("create_api_key", "tests", "--every-brand", "--scope=read", "--scope=record"),
            *("--requests-per-minute=10000", "--json"),
        )
        self.key = str(json.loads(made)["key"])

    def send(self, method: str, path: str, facts: object = None) -> tuple[int, Any]:
        """This will send one request on a connection of its own, and return status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.up.port, timeout=60)
        body = None if facts is None else json.dumps(facts)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", "Host": "localhost"}
        try:
            connection.request(method, f"/api/v1{path}", body, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def spent(self) -> str:
        """This will return what the campaign has spent today."""
        return str(self.send("GET", f"/campaigns/{self.campaign}")[1]["totals"]["today"]["spent"])

    def entries(self) -> int:
        """This will return how many entries there are."""
        return len(self.send("GET", "/spend?limit=500")[1]["items"])


@pytest.fixture
def site(installation: Installation, tmp_path: Path) -> Iterator[Site]:
    """A site whose web server runs."""
    with RunningUp(tmp_path / "data", "--no-demo", "--only", "web", DATABASE_URL=installation.database_url) as up:
        yield Site(up, installation)


def test_50_parallel_posts_of_one_reference_make_one_entry(site: Site) -> None:
    facts = {"campaign": site.campaign, "amount": "2.50", "reference": "r-1"}

    with ThreadPoolExecutor(50) as senders:
        answers = list(senders.map(lambda _: site.send("POST", "/spend", facts), range(50)))

    assert Counter(status for status, _ in answers) == {201: 1, 200: 49}, answers
    assert len({body["entry"]["id"] for _, body in answers}) == 1
    assert (site.entries(), site.spent()) == (1, "2.50")
    assert site.key not in site.up.log


def test_batch_of_100_is_all_or_nothing(site: Site) -> None:
    def entry(reference: str) -> dict[str, object]:
        return {"campaign": {"brand": "Acme", "external_id": "4711"}, "amount": "1.00", "reference": reference}

    stored = site.send("POST", "/spend", entry("stored"))
    # 98 new ones, one of them twice, and one that is stored.
    entries = [*(entry(f"r-{number}") for number in range(98)), entry("r-5"), entry("stored")]
    invalid = {**entry("invalid"), "amount": 1.5}

    refused = site.send("POST", "/spend/batch", {"entries": [*entries, invalid]})
    after_refusal = (site.entries(), site.spent())
    accepted = site.send("POST", "/spend/batch", {"entries": entries})

    assert (stored[0], refused[0], accepted[0]) == (201, 422, 201)
    assert [(row["row"], row["code"]) for row in refused[1]["rows"]] == [(100, "invalid_amount")]
    assert after_refusal == (1, "1.00")
    assert (accepted[1]["recorded"], accepted[1]["replayed"]) == (98, 2)
    assert (site.entries(), site.spent()) == (99, "99.00")


def test_headers_are_answered_before_the_body_is_sent_and_the_page_comes_from_here(tmp_path: Path) -> None:
    with RunningUp(tmp_path / "data", "--no-demo", "--only", "web") as up:
        assert {status: answered_to(up.port, headers) for status, headers in HEADERS_ALONE.items()} == {
            status: status for status in HEADERS_ALONE
        }
        assert [status_of(up.port, path) for path in PAGE] == [200] * 3


@pytest.mark.skipif(shutil.which("curl") is None, reason="the lines of the page are curl's, which is not here")
def test_lines_of_the_page_work_as_printed(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "api.md").read_text()
    lines = "\n".join(re.findall(r"```sh\n(.*?)```", page, flags=re.DOTALL))
    assert lines.count("curl ") >= 14
    with RunningUp(tmp_path / "data", "--only", "web") as up:
        done = subprocess.run(
            ["sh", "-euc", lines.replace("127.0.0.1:8000", f"127.0.0.1:{up.port}")],
            cwd=ROOT,
            env={
                **os.environ,
                **EMBEDDED,
                "DATA_DIR": str(up.data_dir),
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert (done.returncode, done.stderr) == (0, ""), done.stdout


HEADERS_ALONE = {
    413: "Content-Type: application/json\r\nContent-Length: 99999999999",
    415: "Content-Type: text/csv\r\nContent-Length: 1000",
    411: "Content-Type: application/json\r\nTransfer-Encoding: chunked",
}
PAGE = ("/api/v1/docs", "/api/v1/openapi.json", "/static/ninja/swagger-ui-bundle.js")


def answered_to(port: int, headers: str) -> int:
    """Send headers, and nothing after them; return the status that comes back all the same."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"POST /api/v1/spend HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n".encode())
        return int(connection.recv(65536).split()[1])


def status_of(port: int, path: str) -> int:
    """Get a page as a browser would, and return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status
    finally:
        connection.close()
