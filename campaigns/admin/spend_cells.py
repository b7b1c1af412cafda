"""What the pages of spend entries show: the chain of corrections, the day's total by source, the import."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from campaigns.admin import cells
from campaigns.facts import readable_zone
from campaigns.models import SpendLog
from campaigns.queries.day_totals import day_totals
from campaigns.rules.money import format_money


def import_link(entry: SpendLog) -> SafeString | str:
    """Return the way to the import that recorded the entry; nothing where a person or a program did."""
    if entry.spend_import is None:
        return ""
    url = reverse("admin:campaigns_spendimport_change", args=[entry.spend_import.pk])
    return format_html(' · <a href="{}">import {}: {}</a>', url, entry.spend_import.pk, entry.spend_import.file_name)


def chain(original: SpendLog) -> SafeString:
    """Return the original and everything that corrects it, each with when, how much and why, and what remains."""
    currency, zone = original.campaign.brand.currency, readable_zone(original.campaign.brand)
    entries = [original, *original.corrections.order_by("id")]
    rows = [
        (
            reverse("admin:campaigns_spendlog_change", args=[entry.pk]),
            entry.pk,
            cells.moment(entry.recorded_at, zone),
            format_money(entry.amount, currency),
            entry.description or cells.NOTHING,
        )
        for entry in entries
    ]
    body = format_html_join(
        "",
        '<tr><th scope="row"><a href="{}">entry {}</a></th><td>{}</td><td class="money">{}</td><td>{}</td></tr>',
        rows,
    )
    total = format_money(sum((entry.amount for entry in entries), Decimal(0)), currency)
    return format_html(
        '<table class="chain">{}<tr><th colspan="2">counts for</th><td class="money">{}</td><td></td></tr></table>',
        body,
        total,
    )


def of_day(day: date) -> dict[str, str]:
    """Return how an address asks the list for one local day."""
    return {"local_day__gte": day.isoformat(), "local_day__lt": (day + timedelta(days=1)).isoformat()}


def day_total(entry: SpendLog) -> SafeString:
    """Return what the entry's campaign has spent on its local day, by source, as a link to the entries."""
    currency = entry.campaign.brand.currency
    totals = day_totals(campaign_id=entry.campaign_id, day=entry.local_day)
    wanted = urlencode({"campaign__id__exact": entry.campaign_id, **of_day(entry.local_day)})
    rows = [
        (total.source or "no source", total.entries, "entry" if total.entries == 1 else "entries", total.amount)
        for total in totals
    ]
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td>{} {}</td><td class="money">{}</td></tr>',
        ((source, count, word, format_money(amount, currency)) for source, count, word, amount in rows),
    )
    amount = format_money(sum((total.amount for total in totals), Decimal(0)), currency)
    url = f"{reverse('admin:campaigns_spendlog_changelist')}?{wanted}"
    return format_html(
        '<table class="chain">{}<tr><th colspan="2"><a href="{}">{}, {}</a></th><td class="money">{}</td></tr></table>',
        body,
        url,
        entry.campaign,
        cells.day(entry.local_day),
        amount,
    )
