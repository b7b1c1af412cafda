"""Searching what only grows: by the campaigns and brands that words name, which are few, not row by row."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import OuterRef, Q, QuerySet, Subquery

from campaigns.models import Campaign, SpendLog, StatusChange

# So many campaigns are named one by one: the database then knows how few their rows are.
_FEW = 1_000
# For so many words it is asked how few.
_FEW_WORDS = 3


def search_entries(
    *, entries: QuerySet[SpendLog], words: Sequence[str], reference: str, since: int | None
) -> QuerySet[SpendLog]:
    """Return the entries that have that reference, and those for which each word fits something.

    A word fits a part of the campaign's or its brand's name, in any case; of newer entries as well the source, or a
    part of the reference or the description.

    :param reference: as a whole.
    :param since: the key of the oldest entry of which source, reference and description are read; None: of all.
    """
    newer = Q() if since is None else Q(pk__gte=since)
    fits = Q()
    for word in words:
        text = Q(reference__icontains=word) | Q(description__icontains=word) | Q(source__iexact=word)
        fits &= _of_campaigns(word, len(words)) | (newer & text)
    found = entries.filter(fits)
    known = [] if since is None else _keys_of_reference(reference)
    if not known:
        return found
    # With another condition beside it, the database would rather look through all entries.
    keys = list(found.order_by().values_list("pk", flat=True)[: _FEW + 1])
    return entries.filter(Q(pk__in=[*known, *keys]) if len(keys) <= _FEW else fits | Q(pk__in=known))


def search_changes(*, changes: QuerySet[StatusChange], words: Sequence[str]) -> QuerySet[StatusChange]:
    """Return the starts and stops for which each word is a part of campaign's or brand's name, or who did it."""
    fits = Q()
    for word in words:
        fits &= _of_campaigns(word, len(words)) | Q(actor__iexact=word)
    return changes.filter(fits)


def _of_campaigns(word: str, words: int) -> Q:
    named = Campaign.objects.filter(Q(name__icontains=word) | Q(brand__name__icontains=word)).order_by().values("pk")
    few = [row["pk"] for row in named[: _FEW + 1]] if words <= _FEW_WORDS else []
    return Q(campaign__in=few) if words <= _FEW_WORDS and len(few) <= _FEW else Q(campaign__in=named)


def _keys_of_reference(reference: str) -> list[int]:
    """Return the entries with that reference, one at most of a campaign: by the index that keeps it unique there."""
    of_campaign = SpendLog.objects.filter(campaign=OuterRef("pk"), reference=reference).exclude(reference="")
    found = Campaign.objects.order_by().annotate(entry=Subquery(of_campaign.order_by().values("pk")[:1]))
    return list(found.filter(entry__isnull=False).values_list("entry", flat=True))
