"""Metrics: the same findings as numbers, and numbers of the desk, in Prometheus's text format.

Nothing is counted in a process's memory: there are several, and each would tell another story. What is told stands in
the database, so any web process may be asked, and one is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import Error as AnyDatabaseError
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ad_system.beat import PULSE
from ad_system.celery import SCHEDULE
from ad_system.signs.broker import BrokerAnswer, ask_broker, look_at_broker
from ad_system.signs.examination import look_at_what_is_stored
from ad_system.signs.findings import Finding, Level, Part, does_answer
from campaigns.models import Pulse
from campaigns.queries.numbers import DeskNumbers, count_desk
from campaigns.queries.pulses import read_drifts, read_pulses

__all__ = ["CONTENT_TYPE", "measure"]


def measure(*, now: datetime) -> bytes:
    """This will return all metrics. Where the database does not answer, those that only it knows are missing."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Once(list(_measure(now))))
    return generate_latest(registry)


class _Once(Collector):
    """Metrics that are measured already."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        """Return them."""
        return self._metrics


def _measure(now: datetime) -> Iterator[Metric]:
    broker = ask_broker()
    findings = [*look_at_what_is_stored(now=now), look_at_broker(broker)]
    yield _parts(findings)
    yield from _queue(broker)
    if not does_answer(findings):
        # Nor is it asked again: it may never answer.
        return
    try:
        pulses = list(read_pulses().values())
        drifts, _ = read_drifts()
        numbers = count_desk(now=now)
    except AnyDatabaseError:
        # The part called database says so already.
        return
    yield from _passes(pulses, now)
    yield _gauge("ledger_drift_counters", "Counters that differed from the ledger when last compared.", drifts)
    yield from _desk(numbers)


def _parts(findings: list[Finding]) -> Metric:
    metric = GaugeMetricFamily(
        "ad_system_part_well", "1: nothing of this part is ill, as on /readyz. Missing: not known.", labels=["part"]
    )
    for part in Part:
        levels = [finding.level for finding in findings if finding.part == part]
        if levels:
            metric.add_metric([part], float(Level.ILL not in levels))
    return metric


def _queue(broker: BrokerAnswer) -> Iterator[Metric]:
    if broker.waiting is not None:
        yield _gauge("queue_messages", "Tasks that wait in the broker for a worker.", broker.waiting)


def _passes(pulses: list[Pulse], now: datetime) -> Iterator[Metric]:
    age = GaugeMetricFamily("ad_system_pass_age_seconds", "Since the task's last end.", labels=["task"])
    length = GaugeMetricFamily("ad_system_pass_duration_seconds", "Length of the last finished run.", labels=["task"])
    handled = GaugeMetricFamily("ad_system_pass_handled", "What the last run went through.", labels=["task"])
    failed = GaugeMetricFamily("ad_system_pass_failed", "What it left undone or found wrong.", labels=["task"])
    runs = CounterMetricFamily("ad_system_pass_runs", "Finished runs.", labels=["task"])
    bad = CounterMetricFamily("ad_system_pass_bad_runs", "Runs that did not end well.", labels=["task"])
    interval = GaugeMetricFamily("ad_system_pass_interval_seconds", "From one run to the next.", labels=["task"])
    for line in SCHEDULE:
        interval.add_metric([line.pulse], line.interval.total_seconds())
    for pulse in pulses:
        if pulse.name == PULSE:
            continue
        if pulse.finished_at is not None:
            age.add_metric([pulse.name], (now - pulse.finished_at).total_seconds())
        for metric, value in ((length, pulse.seconds), (handled, pulse.handled), (failed, pulse.failed)):
            metric.add_metric([pulse.name], value)
        runs.add_metric([pulse.name], pulse.runs)
        bad.add_metric([pulse.name], pulse.bad_runs)
    yield from (age, length, handled, failed, runs, bad, interval)
    beat = next((pulse.finished_at for pulse in pulses if pulse.name == PULSE), None)
    if beat is not None:
        yield _gauge("beat_age_seconds", "Since beat last went round.", (now - beat).total_seconds())


def _desk(numbers: DeskNumbers) -> Iterator[Metric]:
    brands = GaugeMetricFamily("ad_system_brands", "Brands, by their switch.", labels=["switch"])
    for is_on, count in numbers.brands.items():
        brands.add_metric(["on" if is_on else "off"], count)
    campaigns = GaugeMetricFamily("ad_system_campaigns", "Campaigns, by state.", labels=["state"])
    for state, count in numbers.campaigns.items():
        campaigns.add_metric([state], count)
    held = GaugeMetricFamily("ad_system_campaigns_held", "Paused campaigns, by what holds them.", labels=["blocker"])
    for blocker, count in numbers.held.items():
        held.add_metric([blocker], count)
    refused = CounterMetricFamily("ad_system_spend_refused", "Refused spends.", labels=["door", "code"])
    for labels, count in numbers.refused.items():
        refused.add_metric(labels, count)
    yield from (brands, campaigns, held, *_spend(numbers), refused)
    yield _gauge("webhooks_pending", "Messages on their way to endpoints.", numbers.webhooks_waiting)
    yield _gauge("webhooks_dead", "Messages that were given up.", numbers.webhooks_dead)


def _spend(numbers: DeskNumbers) -> Iterator[Metric]:
    yield _gauge("ledger_newest_entry", "Number of the ledger's newest entry: grows, with gaps.", numbers.newest_entry)
    entries = GaugeMetricFamily("ad_system_spend_recent_entries", "Entries of the last 10 minutes.", labels=["kind"])
    recent = numbers.recent
    entries.add_metric(["recorded"], sum(one.entries for one in recent))
    entries.add_metric(["late"], sum(one.late for one in recent))
    entries.add_metric(["corrected"], sum(one.corrections for one in recent))
    amount = GaugeMetricFamily("ad_system_spend_recent_amount", "Their sum, by currency.", labels=["currency"])
    for one in recent:
        amount.add_metric([one.currency], float(one.amount))
    yield from (entries, amount)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"ad_system_{name}", text, value=value)
