"""The overview: the front page. What is left, what is paused and why, what happens next, for every brand at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse

from campaigns.admin import overview_cells
from campaigns.admin.demo import demo_of, may_decide
from campaigns.admin.pace_cells import OUTLOOK_NAMES
from campaigns.queries import Outlook, OverviewFilter, overview
from campaigns.queries.reach import reach_of

# Not one outlook, but all that somebody should look at.
LOOK = "look"
_LONGEST_PAGE = 8


def show_overview(site: AdminSite, request: HttpRequest, *, now: datetime) -> TemplateResponse:
    """Show how every brand stands; to somebody who may not see brands, the way to what they may see."""
    context = {**site.each_context(request), "title": "Overview", "is_overview": True}
    if not request.user.has_perm("campaigns.view_brand"):
        return TemplateResponse(request, "admin/campaigns/overview_of_nothing.html", context)
    wanted = _wanted(request.GET)
    found = overview(now=now, reach=reach_of(request.user), wanted=wanted)
    links = overview_cells.Links(request.user.has_perm)
    context |= {
        "now": now,
        "found": found,
        "wanted": wanted,
        "is_filtered": bool(wanted.search or wanted.currency or wanted.outlook or wanted.needs_a_look),
        "rows": [overview_cells.row(standing, links, now) for standing in found.rows],
        "totals": [overview_cells.total(total) for total in found.totals],
        "changes": [overview_cells.change(change, links) for change in found.changes],
        "upcoming": [overview_cells.upcoming(next_change, links, now) for next_change in found.upcoming],
        "counts": overview_cells.counts(found.campaigns, links),
        "outlooks": [(LOOK, "Needs a look"), *((outlook.value, words) for outlook, words in OUTLOOK_NAMES.items())],
        "chosen_outlook": LOOK if wanted.needs_a_look else (wanted.outlook or ""),
        "demo": demo_of(request),
        "may_load_demo": may_decide(request),
        "pages": [(name, _page_address(request, page)) for name, page in _neighbours(found.page, found.pages)],
    }
    return TemplateResponse(request, "admin/campaigns/overview.html", context)


def _wanted(asked: Mapping[str, str]) -> OverviewFilter:
    """Read the address; what makes no sense there keeps everything."""
    outlook, page = asked.get("outlook", ""), asked.get("page", "")
    is_page = page.isascii() and page.isdecimal() and len(page) <= _LONGEST_PAGE
    return OverviewFilter(
        search=asked.get("q", "").strip(),
        currency=asked.get("currency", ""),
        outlook=Outlook(outlook) if outlook in list(Outlook) else None,
        needs_a_look=outlook == LOOK,
        page=int(page) if is_page else 1,
    )


def _neighbours(page: int, pages: int) -> list[tuple[str, int]]:
    return [(name, other) for name, other in (("Earlier", page - 1), ("Later", page + 1)) if 1 <= other <= pages]


def _page_address(request: HttpRequest, page: int) -> str:
    asked = request.GET.copy()
    asked["page"] = str(page)
    return f"?{asked.urlencode()}"
