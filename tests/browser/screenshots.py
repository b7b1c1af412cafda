"""Makes the pictures of the documentation from the demo agency: `python -m tests.browser.screenshots`.

The whole system runs for it, in a folder of its own that goes afterwards. What is there before is replaced.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.browser.choosing import choose
from tests.browser.chromium import NONE_FOUND, find_chromium, running_chromium
from tests.browser.desk import MIA, ServedDesk, open_desk
from tests.browser.visits import PHONE, Theme, Visits
from tests.plugin.runs import ROOT, Run
from tests.processes import Installation

FOLDER = ROOT / "docs" / "images"
MOST_BYTES = 150_000
SECONDS_TO_SETTLE = 150.0

WIDE = (1280, 960)
CAMPAIGN = "Search - Brand Terms"
LOOKS: tuple[tuple[str, tuple[int, int], Theme], ...] = (
    ("wide", WIDE, "light"),
    ("dark", WIDE, "dark"),
    ("phone", PHONE, "light"),
)
PAGES = {
    "overview": "/admin/",
    "brands": "/admin/campaigns/brand/",
    "campaigns": "/admin/campaigns/campaign/",
    "brand": "/admin/campaigns/brand/{brand}/change/",
    "campaign": "/admin/campaigns/campaign/{campaign}/change/",
    "spend": "/admin/campaigns/spendlog/add/",
}


def main() -> None:
    """This will make all pictures, or say why it cannot."""
    program = find_chromium()
    if program is None:
        sys.exit(f"screenshots: {NONE_FOUND}")
    with demo_desk() as desk, running_chromium(program) as browser:
        visits = Visits(browser, desk)
        large = [path.name for path in take_all(visits, desk) if path.stat().st_size > MOST_BYTES]
        visits.close()
    complaints = [*visits.complaints, *(f"{name} has more than {MOST_BYTES:,} bytes" for name in large)]
    if complaints:
        sys.exit("\n".join(complaints))


@contextmanager
def demo_desk() -> Iterator[ServedDesk]:
    """This will run the whole system with the demo agency for a block."""
    with tempfile.TemporaryDirectory(prefix="ad_system-screenshots-") as folder:
        os.environ["DJANGO_SETTINGS_MODULE"] = "ad_system.settings"
        run = Run(directory=Path(folder), vendor="sqlite")
        run.set_environment()
        installation = Installation(run.home / "demo", database_url=run.create_database("demo"))
        try:
            installation.manage("migrate", "--verbosity=0")
            installation.start("broker", "worker", "beat")
            yield open_desk(installation)
        finally:
            installation.close()


def take_all(visits: Visits, desk: ServedDesk) -> Iterator[Path]:
    """This will take each page in each look, and yield the files."""
    for look, size, theme in LOOKS:
        guest = visits.open(size=size, theme=theme)
        guest.goto("/admin/")
        yield take(guest, f"login-{look}")
        page = visits.open(MIA, size=size, theme=theme)
        wait_for_the_first_passes(page)
        for name, path in PAGES.items():
            page.goto(path.format(brand=desk.rows.brand, campaign=desk.rows.campaign))
            if name == "spend":
                choose(page, "campaign", CAMPAIGN)
                page.get_by_label("Amount").fill("25.00")
            yield take(page, f"{name}-{look}")


def wait_for_the_first_passes(page: Page) -> None:
    """This will wait until the desk no longer says that nobody has looked at the clock yet."""
    deadline = time.monotonic() + SECONDS_TO_SETTLE
    page.goto("/admin/")
    while page.locator(".signs").count():
        if time.monotonic() > deadline:
            sys.exit(f"screenshots: the desk is not well: {page.locator('.signs').inner_text()}")
        page.wait_for_timeout(1000)
        page.reload()


def take(page: Page, name: str) -> Path:
    """This will write what is shown to a file, in 256 colours: a third of the bytes, and nobody sees a difference."""
    path = FOLDER / f"{name}.png"
    page.evaluate("document.activeElement.blur()")
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        reduced = picture.convert("RGB").quantize(method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    reduced.save(path, optimize=True)
    return path


if __name__ == "__main__":
    main()
