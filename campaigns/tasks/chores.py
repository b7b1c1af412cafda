"""Chores: webhooks are sent, old records forgotten, and a demo moves."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from celery import shared_task
from django.utils import timezone

from campaigns.errors import BrandBusy
from campaigns.services import months, retention, simulation, webhooks
from campaigns.tasks.runs import TaskReport, count, noted


@shared_task(name="campaigns.tasks.simulate_spend")
def simulate_spend(minutes: int = 1, seed: int | None = None) -> str:
    """Make the running campaigns spend a little. For demos."""
    return noted("simulate_spend", partial(simulate, minutes=minutes, seed=seed), now=timezone.now()).text


@shared_task(name="campaigns.tasks.deliver_webhooks")
def deliver_webhooks() -> str:
    """Send what endpoints are to be told of, at least once and in order."""
    return noted("deliver_webhooks", deliver, now=timezone.now()).text


@shared_task(name="campaigns.tasks.forget_old_records")
def forget_old_records() -> str:
    """Delete what is older than the settings keep it, and make the coming months of a ledger that is in months."""
    return noted("forget_old_records", forget, now=timezone.now()).text


def simulate(*, now: datetime, minutes: int = 1, seed: int | None = None) -> TaskReport:
    """Make the running campaigns spend, and say how much happened."""
    try:
        report = simulation.simulate_spend(now=now, minutes=minutes, seed=seed)
    except BrandBusy as refusal:
        return TaskReport(f"nothing simulated: {refusal}", failed=1)
    entries = "1 entry" if report.entries == 1 else f"{report.entries} entries"
    return TaskReport(f"{entries}, {count(len(report.changes), 'change')} of state", handled=report.entries)


def deliver(*, now: datetime) -> TaskReport:
    """Send what is due, and say what became of it."""
    report = webhooks.send_due(now=now)
    text = f"{count(report.delivered, 'message')} delivered"
    failed = f", {report.failed} to be tried again" if report.failed else ""
    dead = f", {report.dead} given up" if report.dead else ""
    return TaskReport(text + failed + dead, handled=report.delivered, failed=report.dead)


def forget(*, now: datetime) -> TaskReport:
    """Delete what may be forgotten, and say how much it was. Where the ledger is in months, make those to come."""
    forgotten = retention.forget_old(now=now)
    made = months.tend(now=now)
    more = f", {count(made, 'month')} of the ledger made" if made else ""
    return TaskReport(f"{count(forgotten.total, 'old record')} deleted{more}", handled=forgotten.total + made)
