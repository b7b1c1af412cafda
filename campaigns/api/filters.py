"""What lists are asked for: filters, which all have to hold, and the page."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from pydantic import BaseModel, Field, WithJsonSchema

from campaigns.api.fields import rule
from campaigns.api.refusals import UnreadableRequest
from campaigns.queries.listing import Cut

LARGEST_PAGE = 500
# No row has a larger number, and databases fail when they are asked for one.
_LONGEST_NUMBER = 18


def _number(value: object) -> int | None:
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER:
        return int(value)
    raise UnreadableRequest("This is no number of a row: use digits, such as 12.")


_NUMBER = WithJsonSchema({"type": "integer", "minimum": 0})

BrandNumber = Annotated[int | None, rule(_number), _NUMBER, Field(description="The number of a brand.")]
CampaignNumber = Annotated[int | None, rule(_number), _NUMBER, Field(description="The number of a campaign.")]
Cursor = Annotated[int | None, rule(_number), _NUMBER, Field(description="`next_cursor` of the page before.")]
Limit = Annotated[int, Field(ge=1, le=LARGEST_PAGE, description="How many items a page has at most.")]


def check_filters(request: HttpRequest, known: type[BaseModel]) -> None:
    """This will refuse a filter that the list does not have: overlooked, it would show too much.

    :raises UnreadableRequest: if there is one.
    """
    for name in request.GET:
        if name not in known.model_fields:
            sentence = f"There is no filter {name[:80]!r} here: use {', '.join(known.model_fields)}."
            raise UnreadableRequest(sentence, field=name[:80])


def cut_of(cursor: int | None, limit: int) -> Cut:
    """This will return which page is wanted."""
    return Cut(cursor, limit)
