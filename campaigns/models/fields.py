"""The column that Django lacks: money, in micros."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import lookups
from django.db.models.expressions import BaseExpression, Combinable, register_combinable_fields
from django.db.models.sql.compiler import SQLCompiler

from campaigns.errors import InvalidAmount
from campaigns.rules.money import from_micros, parse_amount, to_micros

# Keys have 64 bits, and databases fail when they are asked for a larger one.
LARGEST_KEY = 2**63 - 1

_Set = TypeVar("_Set", contravariant=True)
_Get = TypeVar("_Get", covariant=True)


class MoneyField(models.Field[_Set, _Get]):
    """Money: `Decimal` units in Python, whole micros (a 64-bit integer) in the column `<name>_micros`.

    It is no subclass of Django's number fields on purpose: an expression that mixes it with a bare `Decimal` or a
    number is refused where it is read or stored, instead of being off by a factor of a million. Use
    `money_value(amount)` there, and where a filter compares with an expression.
    """

    _pyi_private_set_type: Decimal | int | Combinable
    _pyi_private_get_type: Decimal
    _pyi_lookup_exact_type: Decimal | int

    description = "Money in micros"
    empty_strings_allowed = False

    def get_internal_type(self) -> str:
        """Return the name under which Django's backends know the type of the column."""
        return "BigIntegerField"

    def get_attname_column(self) -> tuple[str, str]:
        """Return the attribute's name, and the column's, which says its unit."""
        attribute = self.get_attname()
        return attribute, self.db_column or f"{attribute}_micros"

    def from_db_value(self, value: Any, expression: object, connection: BaseDatabaseWrapper) -> Decimal | None:
        """Turn the column's micros (a sum of them may come as a decimal) into units."""
        return None if value is None else from_micros(int(value))

    def to_python(self, value: Any) -> Decimal | None:
        """Turn what a form or a fixture holds into units.

        :raises ValidationError: if it is no exact amount.
        """
        if value is None or isinstance(value, Decimal):
            return value
        if value in (0, "0", "0.00"):
            return Decimal(0)
        try:
            return parse_amount(value)
        except InvalidAmount as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal

    def get_prep_value(self, value: Any) -> int | None:
        """Turn units into the column's micros.

        :raises InvalidAmount: for a part smaller than a micro, NaN or an infinity.
        :raises TypeError: for a float or a text: both would have to be guessed at.
        """
        value = super().get_prep_value(value)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            raise TypeError(f"{self.name} takes a Decimal, not {value!r}.")
        return to_micros(Decimal(value))

    def get_placeholder(self, value: object, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> str:
        """Return the place of a value in a statement. Django itself types the expressions that it reads, not those
        that it stores: for these it asks here.

        :raises FieldError: if an expression to be stored is not money.
        """
        if isinstance(value, BaseExpression) and not isinstance(value.output_field, MoneyField):
            raise FieldError(f"{self.name} is money: use money_value(…) in the expression, not a bare number.")
        return "%s"

    def value_to_string(self, obj: models.Model) -> str:
        """Write the value for a fixture, exactly."""
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        """Return a plain form field; the admin's own forms put their stricter one in its place."""
        return super().formfield(**{"form_class": forms.CharField, **kwargs})


for _connector in (Combinable.ADD, Combinable.SUB):
    register_combinable_fields(MoneyField, _connector, MoneyField, MoneyField)


class _OfMoney(models.Lookup[Any]):
    """A comparison of money. Django checks no types there, so that a bare number would count as micros."""

    def get_prep_lookup(self) -> Any:
        """Return the other side.

        :raises FieldError: if it is, or has, an expression that is no money.
        """
        for side in self.rhs if isinstance(self.rhs, list | tuple) else [self.rhs]:
            if isinstance(side, BaseExpression) and not isinstance(side.output_field, MoneyField):
                raise FieldError("A column of money is compared with a number: use money_value(…) in the expression.")
        return super().get_prep_lookup()


@MoneyField.register_lookup
class _Exact(_OfMoney, lookups.Exact[Any]):
    pass


@MoneyField.register_lookup
class _GreaterThan(_OfMoney, lookups.GreaterThan[Any]):
    pass


@MoneyField.register_lookup
class _GreaterThanOrEqual(_OfMoney, lookups.GreaterThanOrEqual[Any]):
    pass


@MoneyField.register_lookup
class _LessThan(_OfMoney, lookups.LessThan[Any]):
    pass


@MoneyField.register_lookup
class _LessThanOrEqual(_OfMoney, lookups.LessThanOrEqual[Any]):
    pass


@MoneyField.register_lookup
class _In(_OfMoney, lookups.In[Any]):
    pass


@MoneyField.register_lookup
class _Range(_OfMoney, lookups.Range[Any]):
    pass


def money_value(amount: Decimal) -> models.Value:
    """Return the amount for use in a database expression, in the column's unit."""
    return models.Value(amount, output_field=MoneyField())
