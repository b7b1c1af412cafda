"""The queries: what people read, as frozen dataclasses. They write nothing."""

from __future__ import annotations

from campaigns.queries.explain import Explanation, explain
from campaigns.queries.lookup import find_brand, find_campaign
from campaigns.queries.status import BrandStatus, CampaignStatus, brand_statuses

__all__ = [
    "BrandStatus",
    "CampaignStatus",
    "Explanation",
    "brand_statuses",
    "explain",
    "find_brand",
    "find_campaign",
]
