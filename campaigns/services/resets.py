"""Resets by hand: start the day's or the month's count anew, now. The ledger keeps everything."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.errors import BrandBusy, InvalidTimeZone, NotFound
from campaigns.facts import budget_uses, readable_zone
from campaigns.models import Act, Brand, Campaign, Cause, StatusChange
from campaigns.rules.money import format_amount
from campaigns.rules.periods import PeriodKind
from campaigns.services import audit, periods
from campaigns.services.database import writing
from campaigns.services.locks import lock_brand, lock_brand_of_campaign

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ResetReport:
    """What a reset did.

    :param brands: names of the brands that were reset, or that a campaign was reset in.
    :param campaigns: how many campaigns were reset.
    :param changes: the starts and stops that followed.
    :param refused: names of brands left alone because their time zone cannot be read.
    :param busy: numbers of brands left alone because somebody else held them.
    """

    brands: tuple[str, ...]
    campaigns: int
    changes: tuple[StatusChange, ...]
    refused: tuple[str, ...] = ()
    busy: tuple[int, ...] = ()


def reset_brands(
    *, brand_ids: Sequence[int], kinds: Collection[PeriodKind], now: datetime, actor: str = ""
) -> ResetReport:
    """Start the periods of these brands and of all their campaigns now, a transaction for each brand.

    A brand that somebody deletes meanwhile has nothing left to reset: it is passed over, and the log says so. So is one
    that somebody else holds for too long: the report names it.

    :raises Refusal: NotFound or BrandBusy, if that is so of every brand; nothing was written.
    """
    names: list[str] = []
    refused: list[str] = []
    changes: list[StatusChange] = []
    count = 0
    left_out: dict[int, NotFound | BrandBusy] = {}
    for brand_id in sorted(brand_ids):
        try:
            with writing():
                brand = lock_brand(brand_id)
                campaigns = periods.campaigns_of(brand)
                try:
                    changes += _reset(brand, [brand, *campaigns], campaigns, kinds, now=now, actor=actor)
                except InvalidTimeZone:
                    logger.exception("Not reset brand=%s: its time zone cannot be read", brand.name)
                    refused.append(brand.name)
                    continue
        except (NotFound, BrandBusy) as refusal:
            logger.warning("Not reset brand=%s: %s", brand_id, refusal)
            left_out[brand_id] = refusal
        else:
            names.append(brand.name)
            count += len(campaigns)
    if left_out and len(left_out) == len(brand_ids):
        raise next(iter(left_out.values()))
    busy = tuple(brand_id for brand_id, refusal in left_out.items() if isinstance(refusal, BrandBusy))
    return ResetReport(tuple(names), count, tuple(changes), tuple(refused), busy)


def reset_campaign(*, campaign_id: int, kinds: Collection[PeriodKind], now: datetime, actor: str = "") -> ResetReport:
    """Start the periods of one campaign now. Its brand's count goes on.

    :raises Refusal: NotFound, or InvalidTimeZone if the brand's zone cannot be read.
    """
    with writing():
        brand, campaign = lock_brand_of_campaign(campaign_id)
        changes = _reset(brand, [campaign], [campaign], kinds, now=now, actor=actor)
    return ResetReport((brand.name,), 1, tuple(changes))


def _reset(
    brand: Brand,
    rows: Sequence[Brand | Campaign],
    campaigns: Sequence[Campaign],
    kinds: Collection[PeriodKind],
    *,
    now: datetime,
    actor: str,
) -> tuple[StatusChange, ...]:
    before = _spent(rows[0], brand, kinds, now)
    periods.start_now(brand=brand, rows=rows, kinds=kinds, now=now)
    after = _spent(rows[0], brand, kinds, now)
    audit.note(row=rows[0], act=Act.RESET, before=before, after=after, now=now, actor=actor)
    words = " and ".join(kind.value for kind in kinds)
    logger.info("Reset by hand brand=%s rows=%s period=%s by=%s", brand.name, len(rows), words, actor or "system")
    return periods.settle(brand=brand, campaigns=campaigns, now=now, cause=Cause.RESET, actor=actor)


def _spent(row: Brand | Campaign, brand: Brand, kinds: Collection[PeriodKind], now: datetime) -> dict[str, audit.Value]:
    """Return what counts as spent in these periods, as the history keeps it."""
    uses = budget_uses(row, readable_zone(brand), now)
    spent = {PeriodKind.DAY: ("current_daily_spend", uses.day), PeriodKind.MONTH: ("current_monthly_spend", uses.month)}
    return {name: format_amount(use.spent, brand.currency) for name, use in (spent[kind] for kind in kinds)}
