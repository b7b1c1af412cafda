"""What pictures of amounts have in common: a column for a stretch of time, and lines at round amounts."""

from __future__ import annotations

from decimal import Decimal

from django.utils.safestring import SafeString

from campaigns.admin.pictures import canvas
from campaigns.admin.pictures.scale import Scale, round_amounts, short
from campaigns.rules.money import format_money

# Which part of its place a column leaves free on either side.
_FREE = 0.14
# How far above a line its amount stands, in pixels, and how near to another line's words it may.
_ABOVE, _NEAR = 4, 14


def column(
    spent: Decimal, *, name: str, number: int, count: int, scale: Scale, currency: str, is_now: bool
) -> SafeString:
    """Return one column of so many, which says what it is when somebody points at it."""
    width = 100 / count
    return canvas.bar(
        "column column-now" if is_now else "column",
        x=(number + _FREE) * width,
        width=width * (1 - 2 * _FREE),
        top=scale.column_top(spent),
        height=scale.height(spent),
        words=f"{name}: {format_money(spent, currency)}",
        round_=2,
    )


def levels(scale: Scale, *, most: int, short_of: Decimal | None = None) -> list[SafeString]:
    """Return lines at round amounts, so many at most.

    :param short_of: an amount that has a line and words of its own: none lies on those.
    """
    lines: list[SafeString] = []
    for amount in round_amounts(scale, most=most):
        y = scale.y(amount)
        if short_of is None or abs(y - scale.y(short_of)) > _NEAR:
            lines += [canvas.across("level", y=y), canvas.words(short(amount), x=0, y=y - _ABOVE)]
    return lines
