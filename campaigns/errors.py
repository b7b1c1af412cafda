"""Every way in which the system says no: one class each, with a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Sequence


class Refusal(Exception):
    """The base of all refusals. `str(refusal)` is a sentence for the person who asked; nothing was written."""

    code = "refused"
    field = ""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field or type(self).field


class InvalidAmount(Refusal):
    """An amount that is no exact number of money, or one that may not stand there."""

    code = "invalid_amount"
    field = "amount"


class InvalidMoment(Refusal):
    """A moment without an offset, too far ahead, or before there were online ads."""

    code = "invalid_moment"
    field = "occurred_at"


class InvalidTimeZone(Refusal):
    """A name that is not in the IANA time zone database."""

    code = "invalid_time_zone"
    field = "time_zone"


class InvalidText(Refusal):
    """A name, reference or description that is empty, too long, or has characters that cannot be kept."""

    code = "invalid_text"


class InvalidWindow(Refusal):
    """A daypart without a weekday, or with a time that is not one."""

    code = "invalid_window"
    field = "windows"


class InvalidFlight(Refusal):
    """A flight that ends before it starts."""

    code = "invalid_flight"
    field = "end_date"


class NameTaken(Refusal):
    """A name or external id that another brand, or another campaign of the brand, has."""

    code = "name_taken"
    field = "name"


class NotFound(Refusal):
    """Nothing has that name or number."""

    code = "not_found"


class AmbiguousName(Refusal):
    """Several things have that name: the sentence lists them."""

    code = "ambiguous"


class ReferenceConflict(Refusal):
    """The reference stands for another spend: other amount or other moment."""

    code = "reference_conflict"
    field = "reference"


class CorrectionRefused(Refusal):
    """An entry that cannot be corrected or reversed as asked."""

    code = "correction_refused"


class CounterOverflow(Refusal):
    """A total that would no longer fit its column."""

    code = "counter_overflow"
    field = "amount"


class LedgerIsClosed(Refusal):
    """Somebody tried to write a spend entry around `record_spend`, or to change or erase one."""

    code = "ledger_is_closed"


class MonthsRefused(Refusal):
    """The spend log cannot be switched to months, or a month not be taken out or put back, as asked."""

    code = "months_refused"


class StillHasSpend(Refusal):
    """A brand or campaign with entries in the ledger cannot be deleted, only switched off."""

    code = "still_has_spend"


class InvalidKey(Refusal):
    """A key of the API that was described in a way in which it cannot be made."""

    code = "invalid_key"


class TooManyKeys(Refusal):
    """A client has two valid keys already: the old one and the new one of a rotation."""

    code = "too_many_keys"
    field = "name"


class KeyRefused(Refusal):
    """A key of the API that opens nothing. Why is not said: missing, unknown, expired and revoked are alike."""

    code = "key_refused"


class UnreadableFile(Refusal):
    """A file that is not a table of spend as it was described."""

    code = "unreadable_file"
    field = "file"


class CurrencyMismatch(Refusal):
    """Spend in a currency that is not the brand's: nothing here is ever converted."""

    code = "currency_mismatch"
    field = "currency"


class OlderExport(Refusal):
    """A platform's export that is older than one that was imported: it would undo what the platform restated."""

    code = "older_export"
    field = "file"


class ImportConflict(Refusal):
    """An import that is not in the state for what was asked: already running, undone, or built upon."""

    code = "import_conflict"


class InvalidWebhook(Refusal):
    """An endpoint of webhooks as it cannot be: no https address, a private one, no event."""

    code = "invalid_webhook"
    field = "url"


class InvalidCursor(Refusal):
    """A place in the feed of changes that the feed has never had."""

    code = "invalid_cursor"
    field = "after"


class DatabaseRefusal(Refusal):
    """The base of what the database itself says no to, whatever was asked: the same is accepted later."""


class BrandBusy(DatabaseRefusal):
    """Somebody else holds the brand's lock for longer than anybody waits; on SQLite, that of the whole database."""

    code = "brand_busy"


class DatabaseFull(DatabaseRefusal):
    """The disk of the database has no room left."""

    code = "database_full"


class DatabaseReadOnly(DatabaseRefusal):
    """The database takes no writes: its disk, its folder or the server is read-only."""

    code = "database_read_only"


class ManyRefusals(Refusal):
    """Several refusals at once, each with the number of its row: nothing of the whole was written.

    :param refusals: pairs of a row's number, as the door counts rows, and its refusal.
    """

    code = "many_refused"

    def __init__(self, refusals: Sequence[tuple[int, Refusal]], *, row_word: str = "row") -> None:
        self.refusals = tuple(refusals)
        self.row_word = row_word
        count = len(self.refusals)
        first_number, first = self.refusals[0]
        more = "" if count == 1 else f" (and {count - 1} more)"
        reason = str(first).rstrip(".")
        super().__init__(f"{row_word} {first_number}: {reason}{more}. Nothing was written.")

    @classmethod
    def raise_if_any(cls, refusals: Sequence[tuple[int, Refusal]]) -> None:
        """Raise them, in the order of their rows, if there are any.

        :raises ManyRefusals: with all of them.
        """
        if refusals:
            raise cls(sorted(refusals, key=lambda numbered: numbered[0]))
