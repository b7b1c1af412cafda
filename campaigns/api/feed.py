"""The feed of changes: every start and stop once, in order, for a script that acts on the ad platforms."""

from __future__ import annotations

from ninja import Query, Router
from pydantic import BaseModel, Field

from campaigns.api.answers import ChangeAnswer
from campaigns.api.filters import Cursor, Limit, check_filters
from campaigns.api.keys import READ, DeskRequest
from campaigns.api.refusals import REFUSALS
from campaigns.services.changes import changes_after

router = Router(tags=["history"])


class FeedFilters(BaseModel):
    """From where the feed is read."""

    after: Cursor = None
    limit: Limit = 100


class FeedAnswer(BaseModel):
    """A piece of the feed."""

    items: list[ChangeAnswer] = Field(description="The oldest first.")
    cursor: int = Field(description="What to send as `after` the next time, also when nothing is new.")
    has_more: bool = Field(description="True if there is more already.")


@router.get("", auth=READ, response={200: FeedAnswer, **REFUSALS}, summary="Follow starts and stops")
def index(request: DeskRequest, filters: Query[FeedFilters]) -> FeedAnswer:
    """Each exactly once and in order, however late and often it is asked. Keep the cursor of the last answer."""
    check_filters(request, FeedFilters)
    page = changes_after(cursor=filters.after or 0, limit=filters.limit, brand_ids=request.auth.reach.brand_ids)
    items = [ChangeAnswer.of(change, change.campaign.brand) for change in page.changes]
    return FeedAnswer(items=items, cursor=page.cursor, has_more=page.has_more)
