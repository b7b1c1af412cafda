"""The same steps lead to the same end, on every database: the one that the oracle wrote down once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest

from campaigns.models import Brand, Campaign, SpendLog, StatusChange
from campaigns.rules.periods import PeriodKind, period_at
from tests.proof import recorded
from tests.proof.both import Both
from tests.proof.recorded import SEEDS, End, read, steps_of


@pytest.mark.parametrize("seed", SEEDS)
def test_recording_is_what_the_oracle_says_today(seed: int) -> None:
    recording = read(seed)

    assert recorded.end_of_oracle(recording) == recording.end


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS)
def test_recorded_steps_lead_to_the_recorded_end(seed: int, audited: None) -> None:
    recording = read(seed)
    both = Both(datetime.fromisoformat(recording.now), recording.zones, recording.campaigns)

    for step in steps_of(recording):
        both.take(step)
        # The beat is there all the time, so that the history has each change at its own moment.
        both.settle()

    stored = stored_end(both)
    assert stored == recording.end


def stored_end(both: Both) -> End:
    campaigns = both.actions.campaigns
    entries = {row.pk: row for row in SpendLog.objects.all()}
    brands = [Brand.objects.get(pk=key) for key in both.actions.brands]
    rows = [Campaign.objects.get(pk=key) for key in campaigns]
    changes = StatusChange.objects.order_by("campaign_id", "pk")
    assert both.comparison is not None
    return {
        "ledger": [recorded.entry_line(both.comparison.entry_of(entries[key])) for key in both.actions.entries],
        "counters": [*counters("brand", brands, both.now), *counters("campaign", rows, both.now)],
        "states": [
            recorded.state_line(number, [row.paused_because] if row.paused_because else [])
            for number, row in enumerate(rows)
        ],
        "history": [
            recorded.change_line(campaigns.index(change.campaign_id), change.changed_at, change.blockers)
            for change in changes
        ],
    }


def counters(word: str, rows: Sequence[Brand | Campaign], now: datetime) -> Iterator[str]:
    for number, row in enumerate(rows):
        for kind in PeriodKind:
            since = row.since(kind)
            if not row.counter(kind):
                # One that stands at 0 may stay in an older period: it is read as that of the present.
                brand = row.brand if isinstance(row, Campaign) else row
                since = max(since, period_at(kind, now, brand.zone).start)
            yield recorded.counter_line(f"{word} {number}", kind.value, since, row.counter(kind))
