"""Brands: listed and shown with their totals, and changed."""

from __future__ import annotations

from ninja import Query, Router
from pydantic import BaseModel, Field, StrictBool, StrictStr

from campaigns.api.answers import BrandAnswer, PageAnswer
from campaigns.api.fields import Budget, Facts
from campaigns.api.filters import Cursor, Limit, check_filters, cut_of
from campaigns.api.keys import MANAGE, READ, Call, DeskRequest
from campaigns.api.refusals import REFUSALS
from campaigns.queries.listing import Cut, list_brands
from campaigns.services import change_brand

router = Router(tags=["brands"])


class BrandFilters(BaseModel):
    """Which brands are listed."""

    cursor: Cursor = None
    limit: Limit = 100


class BrandChanges(Facts):
    """What is to change. A field that is left out stays as it is."""

    name: StrictStr = Field(default_factory=str)
    is_enabled: StrictBool = Field(default_factory=bool, description="The switch. Only people and programs move it.")
    daily_budget: Budget = Field(default=None, description="null: no limit. 0: nothing may run.")
    monthly_budget: Budget = Field(default=None, description="null: no limit. 0: nothing may run.")
    time_zone: StrictStr = Field(default_factory=str, description="An IANA name. Past entries keep their days.")
    currency: StrictStr = Field(default_factory=str, description="Three letters. Shown, never converted.")


@router.get("", auth=READ, response={200: PageAnswer[BrandAnswer], **REFUSALS}, summary="List brands")
def index(request: DeskRequest, filters: Query[BrandFilters]) -> PageAnswer[BrandAnswer]:
    """Those that the key is for, in the order of their numbers."""
    check_filters(request, BrandFilters)
    call = request.auth
    page = list_brands(reach=call.reach, now=call.now, cut=cut_of(filters.cursor, filters.limit))
    return PageAnswer[BrandAnswer](items=[BrandAnswer.of_view(view) for view in page.items], next_cursor=page.cursor)


@router.get("/{int:brand}", auth=READ, response={200: BrandAnswer, **REFUSALS}, summary="Show a brand")
def show(request: DeskRequest, brand: int) -> BrandAnswer:
    """Its budgets, what was spent of them today and this month, and how many of its campaigns run."""
    return _show(request.auth, request.auth.reach.of_brand(brand))


@router.patch("/{int:brand}", auth=MANAGE, response={200: BrandAnswer, **REFUSALS}, summary="Change a brand")
def change(request: DeskRequest, brand: int, facts: BrandChanges) -> BrandAnswer:
    """Only what is given changes. Campaigns start and stop in the same transaction."""
    call = request.auth
    brand_id = call.reach.of_brand(brand)
    change_brand(brand_id=brand_id, now=call.now, actor=call.actor, **facts.given())
    return _show(call, brand_id)


def _show(call: Call, brand_id: int) -> BrandAnswer:
    page = list_brands(reach=call.reach, now=call.now, cut=Cut(limit=1), brand_id=brand_id)
    return BrandAnswer.of_view(page.items[0])
