"""Money: exact decimals outside, whole micros inside.

A micro is one millionth of a currency's unit, the unit in which ad platforms bill
(Google Ads API, `cost_micros`; Snapchat Marketing API, `spend`).
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, Inexact

from campaigns.errors import InvalidAmount

MICROS_PER_UNIT = 1_000_000
_MICROS_PER_CENT = 10_000
MICRO = Decimal("0.000001")
CENT = Decimal("0.01")

# Twelve digits before the point: a thousand billions fit a 64-bit column of micros nine times over.
LARGEST_AMOUNT = Decimal("999999999999.999999")
LARGEST_MICROS = 2**63 - 1

# ISO 4217's currencies that have no hundredth: the decimals of their smallest coin.
_DECIMALS = dict.fromkeys(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ],
    0,
)
_DECIMALS |= dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)

# Plain ASCII digits: Decimal() would also take 1_000, １２, NaN, 1e9 and spaces.
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?|[+-]?\.[0-9]+", re.ASCII)
_LONGEST_NUMBER = 40
# Handed over by their place: given by name, a context costs more than the arithmetic.
_WIDE = Context(prec=60)
_EXACT = Context(prec=60, traps=[Inexact])
_MICRO_DECIMALS = 6
# Totals may be larger than one amount; nothing sensible has over 30 digits before its point.
_LARGEST_EXPONENT = 30


def parse_amount(value: str | int | Decimal) -> Decimal:
    """Read an amount of spend: signed, not zero, at most 6 decimals, exact.

    :param value: units of the currency, such as `"12.50"`, `12` or `Decimal("12.5")`. Never a float.
    :raises InvalidAmount: for anything else; nothing is rounded.
    """
    amount = _fit(_read_number(value), decimals=6, what="amount")
    if amount == 0:
        raise InvalidAmount("The amount is zero: a spend has an amount, such as 12.50.")
    return amount


def parse_total(value: str | int | Decimal) -> Decimal:
    """Read a reported total: like an amount, but zero is allowed, and a negative one is not.

    :raises InvalidAmount: for anything else.
    """
    return _not_negative(_fit(_read_number(value), decimals=6, what="total"), what="total")


def parse_new_amount(value: str | int | Decimal) -> Decimal:
    """Read what an entry shall count for: signed like an amount, and zero for nothing.

    :raises InvalidAmount: for anything else.
    """
    return _fit(_read_number(value), decimals=6, what="amount")


def parse_budget(value: str | int | Decimal | None) -> Decimal | None:
    """Read a budget: empty or None is no limit, otherwise zero or more, at most 2 decimals.

    :raises InvalidAmount: for anything else; nothing is rounded.
    """
    if value is None or value == "":
        return None
    return _not_negative(_fit(_read_number(value), decimals=2, what="budget"), what="budget")


def round_to_micros(value: Decimal) -> Decimal:
    """Round a platform's float noise to whole micros, half to even. The caller reports by how much.

    :raises InvalidAmount: if the value is not finite or has more than 12 digits before the point.
    """
    if not value.is_finite() or value.adjusted() > _LARGEST_EXPONENT:
        raise InvalidAmount(f"{_shown(value)} is not an amount of money.")
    return _fit(value.quantize(MICRO, rounding=ROUND_HALF_EVEN, context=_WIDE), decimals=6, what="amount")


def to_micros(amount: Decimal) -> int:
    """Turn units into whole micros, exactly.

    :raises InvalidAmount: if the amount is not finite, is far too large, or has a part smaller than a micro.
    """
    if not amount.is_finite() or amount.adjusted() > _LARGEST_EXPONENT:
        raise InvalidAmount(f"{_shown(amount)} is not an amount of money.")
    micros = _exact_micros(amount)
    if micros is None:
        raise InvalidAmount(f"{_shown(amount)} has more than 6 decimals.")
    return micros


def from_micros(micros: int) -> Decimal:
    """Turn whole micros into units: at least 2 decimals, more only where there are any."""
    cents, rest = divmod(micros, _MICROS_PER_CENT)
    if not rest:
        return Decimal(cents).scaleb(-2, _WIDE)
    return Decimal(micros).scaleb(-_MICRO_DECIMALS, _WIDE).normalize(_WIDE)


def format_amount(amount: Decimal, currency: str) -> str:
    """Write an amount for people, as its currency is counted: `1,234.50` of USD, `1,235` of JPY, `1.250` of KWD.

    Digits below the smallest coin stand there only where there are any.

    :param currency: empty where it is not known: two decimals.
    """
    return f"{amount_in_coins(amount, currency):,f}"


def format_money(amount: Decimal, currency: str) -> str:
    """Write an amount with its currency: `1,234.50 USD`, `1,235 JPY`."""
    return f"{format_amount(amount, currency)} {currency}"


def amount_in_coins(amount: Decimal, currency: str) -> Decimal:
    """Return the same amount with the decimals of its currency, more only where there are any: to write it plainly."""
    exact = Decimal(to_micros(amount)).scaleb(-_MICRO_DECIMALS, context=_WIDE)
    shortest = exact.normalize(_WIDE)
    decimals = max(coin_decimals(currency), -int(shortest.as_tuple().exponent))
    return exact.quantize(Decimal(1).scaleb(-decimals), context=_WIDE)


def round_to_coins(amount: Decimal, currency: str) -> Decimal:
    """Return an estimate in whole coins of its currency, half of one rounded up. What was spent is never rounded."""
    return amount.quantize(Decimal(1).scaleb(-coin_decimals(currency)), rounding=ROUND_HALF_UP, context=_WIDE)


def coin_decimals(currency: str) -> int:
    """Return how many decimals the currency's smallest coin has: 2 for USD, 0 for JPY, 3 for KWD."""
    return _DECIMALS.get(currency, 2)


def _read_number(value: str | int | Decimal) -> Decimal:
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise InvalidAmount(f"{value!r} is not an exact amount: write it as text, such as '12.50'.")
    if isinstance(value, Decimal):
        return value
    text = str(value) if isinstance(value, str) or -(10**20) < value < 10**20 else "a number of over 20 digits"
    if len(text) > _LONGEST_NUMBER or _PLAIN_NUMBER.fullmatch(text) is None:
        shown = ascii(text[:_LONGEST_NUMBER])
        raise InvalidAmount(f"{shown} is not an amount of money: write plain digits and a point, such as 1234.50.")
    return Decimal(text)


def _fit(amount: Decimal, *, decimals: int, what: str) -> Decimal:
    _check_size(amount, what=what)
    micros = _exact_micros(amount)
    if micros is None or micros % 10 ** (_MICRO_DECIMALS - decimals):
        raise InvalidAmount(f"{_shown(amount)} has more than {decimals} decimals, and at most {decimals} can be kept.")
    return from_micros(micros)


def _exact_micros(amount: Decimal) -> int | None:
    """Return a finite amount in micros; None if it has a part smaller than one."""
    try:
        scaled = amount.scaleb(_MICRO_DECIMALS, _EXACT)
    except Inexact:
        # So many digits that even the wide context would have to round.
        return None
    micros = int(scaled)
    return micros if micros == scaled else None


def _check_size(amount: Decimal, *, what: str) -> None:
    if not amount.is_finite():
        raise InvalidAmount(f"{amount} is not an amount of money: write digits, such as 12.50.")
    # Comparing is exact; arithmetic on a number of that size would not be.
    if amount.copy_abs() > LARGEST_AMOUNT:
        raise InvalidAmount(f"This {what} is too large: at most {LARGEST_AMOUNT:,f} can be kept.")


def _shown(amount: Decimal) -> str:
    text = str(amount)
    return text if len(text) <= _LONGEST_NUMBER else f"{text[:_LONGEST_NUMBER]}…"


def _not_negative(amount: Decimal, *, what: str) -> Decimal:
    if amount < 0:
        raise InvalidAmount(f"A {what} cannot be negative: {amount}.")
    return amount
