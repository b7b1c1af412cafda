"""Status changes: when campaigns started and stopped, and why."""

from __future__ import annotations

from ninja import Query, Router
from pydantic import BaseModel

from campaigns.api.answers import ChangeAnswer, PageAnswer
from campaigns.api.filters import BrandNumber, CampaignNumber, Cursor, Limit, check_filters, cut_of
from campaigns.api.keys import READ, DeskRequest
from campaigns.api.refusals import REFUSALS
from campaigns.queries.listing import list_status_changes

router = Router(tags=["history"])


class ChangeFilters(BaseModel):
    """Which changes are listed."""

    brand: BrandNumber = None
    campaign: CampaignNumber = None
    is_active: bool | None = None
    cursor: Cursor = None
    limit: Limit = 100


@router.get("", auth=READ, response={200: PageAnswer[ChangeAnswer], **REFUSALS}, summary="List starts and stops")
def index(request: DeskRequest, filters: Query[ChangeFilters]) -> PageAnswer[ChangeAnswer]:
    """The newest first."""
    check_filters(request, ChangeFilters)
    page = list_status_changes(
        reach=request.auth.reach,
        cut=cut_of(filters.cursor, filters.limit),
        brand_id=filters.brand,
        campaign_id=filters.campaign,
        is_active=filters.is_active,
    )
    items = [ChangeAnswer.of(change, change.campaign.brand) for change in page.items]
    return PageAnswer[ChangeAnswer](items=items, next_cursor=page.cursor)
