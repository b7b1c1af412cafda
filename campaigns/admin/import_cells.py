"""What lists and pages of imports show."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from campaigns.admin import cells
from campaigns.admin.base import DeskAdmin
from campaigns.facts import readable_zone
from campaigns.models import UNFINISHED, ImportState, SpendImport
from campaigns.rules.money import format_money
from campaigns.services.imports import Mode
from campaigns.services.imports.history import is_at_work

_LEVELS = {
    ImportState.CHECKING: "warn",
    ImportState.CHECKED: "warn",
    ImportState.REFUSED: "bad",
    ImportState.RUNNING: "warn",
    ImportState.DONE: "good",
    ImportState.FAILED: "bad",
    ImportState.UNDONE: "off",
}


class ImportCells(DeskAdmin[SpendImport]):
    """The cells of an import, each a small piece of HTML."""

    @admin.display(description="import", ordering="id")
    def number(self, row: SpendImport) -> int:
        """Return the import's number."""
        return row.pk

    @admin.display(description="when", ordering="id")
    def created(self, row: SpendImport) -> SafeString | str:
        """Return when it was asked for, as the brand's clocks show it."""
        return cells.moment(row.created_at, readable_zone(row.brand))

    @admin.display(description="file", ordering="file_name")
    def file(self, row: SpendImport) -> SafeString:
        """Return the file's name, with its size and the start of its hash below."""
        return cells.owned(row.file_name, f"{row.size:,} bytes · SHA-256 {row.sha256[:12]}…")

    @admin.display(description="state", ordering="state")
    def state_badge(self, row: SpendImport) -> SafeString:
        """Return the state as a word with a colour."""
        return cells.badge(row.get_state_display(), _LEVELS[ImportState(row.state)])

    @admin.display(description="recorded", ordering="recorded")
    def money(self, row: SpendImport) -> SafeString:
        """Return what the ledger gained."""
        return format_html('<span class="money">{}</span>', format_money(row.recorded, row.brand.currency))

    @admin.display(description="state")
    def state_and_progress(self, row: SpendImport) -> SafeString:
        """Return the state and, while it is worked on, how far it is."""
        if row.state not in UNFINISHED:
            return self.state_badge(row)
        of = f" of {row.rows_expected:,}" if row.rows_expected else ""
        waits = "" if is_at_work(row, self.now) else " – waits for a worker"
        bar = format_html(
            '<progress max="{}" value="{}"></progress>', row.rows_expected or row.rows_done + 1, row.rows_done
        )
        return format_html("{} {} {} rows{}{}", self.state_badge(row), bar, f"{row.rows_done:,}", of, waits)

    @admin.display(description="days")
    def days(self, row: SpendImport) -> str:
        """Return which days the file is about, and when it was made, if it says so."""
        if row.first_day is None:
            return cells.NOTHING
        made = f", made {row.made_at:%Y-%m-%d %H:%M} UTC" if row.made_at else ""
        return f"{row.first_day} to {row.last_day}{made}"

    @admin.display(description="rows")
    def counts(self, row: SpendImport) -> SafeString:
        """Return what becomes of the rows."""
        what = "campaign days" if row.mode == Mode.DAY_TOTALS else "entries"
        lines = [
            ("rows", row.rows, f"{row.zero:,} of them without spend"),
            ("new", row.new, what),
            ("duplicate", row.duplicate, "recorded before"),
            ("restated", row.restated, "recorded before with another total"),
            ("gone", row.gone, "recorded before and not in the file"),
            ("refused", row.refused, "problems"),
        ]
        body = format_html_join("", '<tr><th>{}</th><td class="money">{}</td><td>{}</td></tr>', lines)
        return format_html('<table class="chain">{}</table>', body)

    @admin.display(description="totals")
    def totals(self, row: SpendImport) -> SafeString:
        """Return the file's exact and kept totals, and what the ledger gains."""
        currency = row.brand.currency
        lines = [
            ("exact", f"{row.exact_total or cells.NOTHING} {currency}", "the file's total, to the last decimal"),
            ("kept", format_money(row.rounded_total, currency), "the same in whole micros"),
            ("recorded", format_money(row.recorded, currency), "what the ledger gains"),
        ]
        body = format_html_join("", '<tr><th>{}</th><td class="money">{}</td><td>{}</td></tr>', lines)
        return format_html('<table class="chain">{}</table>', body)

    @admin.display(description="problems")
    def problem_lines(self, row: SpendImport) -> SafeString | str:
        """Return what is refused, by line."""
        sentences = [f"line {line}: {text}" if line else text for line, text in row.problems]
        more = row.refused - len(sentences)
        return cells.lines([*sentences, *([f"and {more:,} more"] if more > 0 else [])], otherwise="none")

    @admin.display(description="by")
    def who(self, row: SpendImport) -> SafeString:
        """Return who asked for it and when, and who undid it."""
        zone = readable_zone(row.brand)
        undone = (
            format_html(" · undone by {} {}", row.undone_by, cells.moment(row.undone_at, zone)) if row.undone_at else ""
        )
        return format_html("{} {}{}", row.actor or cells.NOTHING, cells.moment(row.created_at, zone), undone)

    @admin.display(description="entries")
    def entries(self, row: SpendImport) -> SafeString:
        """Return where its entries are listed."""
        url = f"{reverse('admin:campaigns_spendlog_changelist')}?spend_import__id__exact={row.pk}"
        return format_html('<a href="{}">entries that it recorded</a>', url)
