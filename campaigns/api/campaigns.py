"""Campaigns: listed, shown and explained, and changed."""

from __future__ import annotations

from typing import Annotated

from ninja import Query, Router
from pydantic import BaseModel, Field, StrictBool, StrictStr

from campaigns.api.answers import CampaignAnswer, ExplanationAnswer, PageAnswer
from campaigns.api.fields import MOST_WINDOWS, Budget, Facts, FlightDay, WindowFacts
from campaigns.api.filters import BrandNumber, Cursor, Limit, check_filters, cut_of
from campaigns.api.keys import MANAGE, READ, Call, DeskRequest
from campaigns.api.refusals import REFUSALS
from campaigns.models import Status
from campaigns.queries import explain
from campaigns.queries.listing import Cut, list_campaigns
from campaigns.rules.delivery import Blocker
from campaigns.services import change_campaign, set_windows

router = Router(tags=["campaigns"])


class CampaignFilters(BaseModel):
    """Which campaigns are listed."""

    brand: BrandNumber = None
    status: Status | None = None
    blocker: Annotated[Blocker | None, Field(description="The first thing that holds it.")] = None
    cursor: Cursor = None
    limit: Limit = 100


class CampaignChanges(Facts):
    """What is to change. A field that is left out stays as it is."""

    name: StrictStr = Field(default_factory=str)
    external_id: StrictStr = Field(default_factory=str, description="The platform's own id. Empty: none.")
    is_enabled: StrictBool = Field(default_factory=bool, description="The switch. Only people and programs move it.")
    daily_budget: Budget = Field(default=None, description="null: no limit. 0: it may not run.")
    monthly_budget: Budget = Field(default=None, description="null: no limit. 0: it may not run.")
    start_date: FlightDay = Field(default=None, description="The first day, inclusive, local to the brand.")
    end_date: FlightDay = Field(default=None, description="The last day, inclusive, local to the brand.")


class WindowsFacts(Facts):
    """When a campaign may run."""

    windows: Annotated[list[WindowFacts], Field(max_length=MOST_WINDOWS)] | None = Field(
        description="null: any hour. []: never."
    )


@router.get("", auth=READ, response={200: PageAnswer[CampaignAnswer], **REFUSALS}, summary="List campaigns")
def index(request: DeskRequest, filters: Query[CampaignFilters]) -> PageAnswer[CampaignAnswer]:
    """Those of the key's brands, in the order of their numbers."""
    check_filters(request, CampaignFilters)
    call = request.auth
    page = list_campaigns(
        reach=call.reach,
        now=call.now,
        cut=cut_of(filters.cursor, filters.limit),
        brand_id=filters.brand,
        status=filters.status,
        headline=filters.blocker,
    )
    return PageAnswer[CampaignAnswer](
        items=[CampaignAnswer.of_view(view) for view in page.items], next_cursor=page.cursor
    )


@router.get("/{int:campaign}", auth=READ, response={200: CampaignAnswer, **REFUSALS}, summary="Show a campaign")
def show(request: DeskRequest, campaign: int) -> CampaignAnswer:
    """Its state, what holds it, what changes next, its budgets and its windows."""
    return _show(request.auth, request.auth.reach.of_campaign(campaign))


@router.get(
    "/{int:campaign}/explain",
    auth=READ,
    response={200: ExplanationAnswer, **REFUSALS},
    summary="Explain a campaign's state",
)
def explain_state(request: DeskRequest, campaign: int) -> ExplanationAnswer:
    """Why it runs or not, with the numbers, and what changes next, in sentences."""
    call = request.auth
    return ExplanationAnswer.of(explain(campaign_id=call.reach.of_campaign(campaign), now=call.now))


@router.patch("/{int:campaign}", auth=MANAGE, response={200: CampaignAnswer, **REFUSALS}, summary="Change a campaign")
def change(request: DeskRequest, campaign: int, facts: CampaignChanges) -> CampaignAnswer:
    """Only what is given changes. The campaign starts or stops in the same transaction."""
    call = request.auth
    campaign_id = call.reach.of_campaign(campaign)
    change_campaign(campaign_id=campaign_id, now=call.now, actor=call.actor, **facts.given())
    return _show(call, campaign_id)


@router.put(
    "/{int:campaign}/windows",
    auth=MANAGE,
    response={200: CampaignAnswer, **REFUSALS},
    summary="Replace a campaign's windows",
)
def put_windows(request: DeskRequest, campaign: int, facts: WindowsFacts) -> CampaignAnswer:
    """In force at once: the campaign starts or stops in the same transaction."""
    call = request.auth
    campaign_id = call.reach.of_campaign(campaign)
    windows = None if facts.windows is None else [window.window() for window in facts.windows]
    set_windows(campaign_id=campaign_id, windows=windows, now=call.now, actor=call.actor)
    return _show(call, campaign_id)


def _show(call: Call, campaign_id: int) -> CampaignAnswer:
    page = list_campaigns(reach=call.reach, now=call.now, cut=Cut(limit=1), campaign_id=campaign_id)
    return CampaignAnswer.of_view(page.items[0])
