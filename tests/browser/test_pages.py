"""Every page of the desk: nothing that the browser complains of, nothing that keeps somebody out, in either theme.

A normal run looks at the pages that people live in; `./test.sh --long` follows every link, to one page of each kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.axe import grave_faults
from tests.browser.desk import ANA, LEE, MIA, ServedDesk
from tests.browser.visits import PHONE, WIDE, Visits
from tests.depth import LONG

pytestmark = pytest.mark.system

# Lists of a few rows: what holds for those holds for hundreds, which a long run looks at.
PAGES = (
    "/admin/",
    "/admin/campaigns/brand/",
    "/admin/campaigns/brand/{brand}/change/",
    "/admin/campaigns/brand/{brand}/history/",
    "/admin/campaigns/campaign/",
    "/admin/campaigns/campaign/{campaign}/change/",
    "/admin/campaigns/spendlog/?kind=correction",
    "/admin/campaigns/spendlog/add/",
    "/admin/campaigns/spendlog/{entry}/change/",
    "/admin/campaigns/statuschange/?campaign={campaign}",
)
EXTREMES = (
    "/admin/?q=hauptbetrieb",
    "/admin/?q=Nothing Yet",
    "/admin/campaigns/brand/?q=hauptbetrieb",
    "/admin/campaigns/brand/{brand}/change/",
    "/admin/campaigns/campaign/?brand__id__exact={brand}",
    "/admin/campaigns/campaign/{campaign}/change/",
    "/admin/campaigns/campaign/{campaign}/delete/",
    "/admin/campaigns/spendlog/?campaign__brand__id__exact={brand}",
    "/admin/campaigns/statuschange/?campaign={campaign}",
    "/admin/campaigns/brand/{many}/change/",
    "/admin/campaigns/campaign/?brand__id__exact={many}",
    "/admin/campaigns/campaign/?brand__id__exact={many}&p=2",
    "/admin/campaigns/spendlog/?campaign__brand__id__exact={many}",
    "/admin/campaigns/brand/{empty}/change/",
    "/admin/campaigns/campaign/?brand__id__exact={empty}",
    "/admin/campaigns/spendlog/?campaign__brand__id__exact={empty}",
    "/admin/campaigns/auditentry/?brand__id__exact={many}",
)
_SPILLED = """
[...document.querySelectorAll('#content td, #content tbody th, #content .figure, #content dd, .results')]
    .filter((cell) => cell.clientWidth && cell.scrollWidth > cell.clientWidth + 1)
    .map((cell) => cell.textContent.trim().replace(/\\s+/g, ' ').slice(0, 60))
"""
# A row that is higher than a hand, or a name that is cut into syllables, is one that nobody reads.
_UNREADABLE = """
[...document.querySelectorAll('#content tbody tr')]
    .filter((row) => row.checkVisibility() && (row.offsetHeight > most
        || [...row.querySelectorAll('th .name, th a .name')].some((name) => name.offsetWidth && name.offsetWidth < 60
            && name.textContent.length > 12)))
    .map((row) => row.textContent.trim().replace(/\\s+/g, ' ').slice(0, 60))
"""
# Whether what comes first below the heading lies over it.
_COVERED = """
(() => {
    const [head, first] = ['#content h1', '#changelist, .card, .page-sight'].map((of) => document.querySelector(of));
    return Boolean(head && first && head.getBoundingClientRect().bottom > first.getBoundingClientRect().top + 1);
})()
"""
_HIGHEST_ROW = {WIDE: 150, PHONE: 420}
# What does something, or is no page.
_NO_PAGE = re.compile(r"/(logout|jsi18n|static|api)/|\.csv|/r/")
_EVERY_KIND = 40


def faults_of(page: Page) -> Iterator[str]:
    """Yield what is wrong with the page that is shown."""
    yield from grave_faults(page)
    page.emulate_media(color_scheme="dark")
    yield from grave_faults(page, "color-contrast")
    page.emulate_media(color_scheme="light")
    yield from stick_out(page, PHONE)
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def stick_out(page: Page, size: tuple[int, int]) -> Iterator[str]:
    """Yield what makes the page scroll sideways at that size, or lies over its neighbour in a table."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    width, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    if width > room:
        yield f"{page.url} is {width} pixels wide, of {room}"
    for words in page.evaluate(_SPILLED):
        yield f"{page.url} at {room} pixels: {words!r} lies over its neighbour"
    if page.evaluate(_COVERED):
        yield f"{page.url} at {room} pixels: its heading is covered"
    for words in page.evaluate(f"(() => {{ const most = {_HIGHEST_ROW[size]}; return {_UNREADABLE.strip()} }})()"):
        yield f"{page.url} at {room} pixels: nobody reads the row {words!r}"


def test_pages_keep_nobody_out(visits: Visits, desk: ServedDesk) -> None:
    page = visits.open(MIA)
    faults: list[str] = []

    for path in PAGES:
        page.goto(path.format(brand=desk.rows.brand, campaign=desk.rows.campaign, entry=desk.rows.entry))
        faults += faults_of(page)

    assert faults == []


def test_long_names_and_large_amounts_stay_in_their_places(visits: Visits, desk: ServedDesk) -> None:
    page = visits.open(MIA)
    faults: list[str] = []

    for path in EXTREMES:
        rows = desk.rows
        page.goto(
            path.format(
                brand=rows.long_brand, campaign=rows.long_campaign, many=rows.many_brand, empty=rows.empty_brand
            )
        )
        faults += [*stick_out(page, WIDE), *stick_out(page, PHONE)]

    assert faults == []


def test_first_page_keeps_nobody_out(visits: Visits) -> None:
    page = visits.open()
    page.goto("/admin/")

    assert list(faults_of(page)) == []


def test_faults_are_found(visits: Visits) -> None:
    page = visits.open()
    page.set_content(
        "<html lang='en'><title>Faults</title><main><h1>Faults</h1><p style='color: #ccc; background: #fff'>pale</p>"
        "<img src='data:,'><div style='width: 900px'>wide</div>"
        "<div id='content'><h1>Head</h1><div class='card' style='margin-top: -60px'>over it</div>"
        "<table><tbody><tr style='height: 500px'><td>tower</td></tr></tbody></table></div></main></html>"
    )

    found = " ".join(faults_of(page))

    assert {"color-contrast", "image-alt", "wide", "covered", "tower"} <= set(re.findall(r"[\w-]+", found))


def test_what_the_policy_blocks_and_the_console_says_is_heard(visits: Visits) -> None:
    page = visits.open()
    page.goto("/admin/")

    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.evaluate("console.error('a defect')")
    # The last one to come: all others have been heard by then.
    with page.context.expect_event("weberror"):
        page.evaluate("setTimeout(() => { throw new Error('a mistake'); })")

    for words in ("policy: style-src", "Applying inline style violates", "a defect", "a mistake"):
        visits.forgive(words)


@LONG
@pytest.mark.parametrize("person", [MIA, LEE, ANA])
def test_every_page_that_links_lead_to(visits: Visits, person: str) -> None:
    page = visits.open(person)
    faults: list[str] = []
    waiting, seen = ["/admin/"], {kind_of("/admin/")}

    while waiting:
        page.goto(waiting.pop(0))
        faults += faults_of(page)
        for path in page.eval_on_selector_all("a[href]", "links => links.map((link) => link.href)"):
            if (kind := kind_of(path)) not in seen and kind.startswith("/admin/") and not _NO_PAGE.search(path):
                seen.add(kind)
                waiting.append(path)

    assert faults == []
    assert person != MIA or len(seen) > _EVERY_KIND, sorted(seen)


def kind_of(address: str) -> str:
    """Return what an address has in common with those of other rows; filters of a list are no kinds of their own."""
    return re.sub(r"/\d+/", "/1/", urlsplit(address).path)
