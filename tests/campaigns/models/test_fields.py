"""The money column: units in Python, micros in the database, and no way to mix the two up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django import forms
from django.core import serializers
from django.core.exceptions import FieldError, ValidationError
from django.db import connection, transaction
from django.db.models import F, Max, Min, Sum, Value
from django.db.models.expressions import Combinable

from campaigns.errors import InvalidAmount
from campaigns.models import Brand, Campaign, MoneyField, SpendLog, money_value
from tests.factories import NOON, make_brand, make_campaign, spend

FIELD = Brand._meta.get_field("daily_budget")
assert isinstance(FIELD, MoneyField)


def stored_micros(brand: Brand) -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT daily_budget_micros FROM campaigns_brand WHERE id = %s", [brand.pk])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("units", "micros"),
    [
        (None, None),
        (Decimal(0), 0),
        (Decimal("-0"), 0),
        (Decimal("0.000001"), 1),
        (Decimal("0.10"), 100_000),
        (Decimal("1234.5"), 1_234_500_000),
        (Decimal("9223372036854.775807"), 2**63 - 1),
        (7, 7_000_000),
    ],
)
def test_units_are_stored_as_micros_and_read_back_exactly(units: Decimal | int | None, micros: int | None) -> None:
    brand = make_brand()

    Brand.objects.update(daily_budget=units)

    assert stored_micros(brand) == micros
    assert Brand.objects.get().daily_budget == units


@pytest.mark.django_db
def test_sum_of_many_small_amounts_is_exact() -> None:
    campaign = make_campaign()
    for amount in ("0.10",) * 8 + ("0.000001", "-0.3"):
        spend(campaign, amount)

    found = SpendLog.objects.aggregate(total=Sum("amount"), least=Min("amount"), most=Max("amount"))

    assert found == {"total": Decimal("0.500001"), "least": Decimal("-0.30"), "most": Decimal("0.10")}
    assert SpendLog.objects.none().aggregate(total=Sum("amount")) == {"total": None}


@pytest.mark.django_db
def test_counter_moves_by_an_amount_in_the_database() -> None:
    make_brand(daily_budget="10")

    Brand.objects.update(daily_budget=F("daily_budget") + money_value(Decimal("0.01")))
    Brand.objects.update(daily_budget=F("daily_budget") - money_value(Decimal("2.5")))

    assert Brand.objects.get().daily_budget == Decimal("7.51")


@pytest.mark.django_db
def test_columns_and_amounts_compare_in_the_database() -> None:
    campaign = make_campaign(make_brand(daily_budget="0.8"))
    for _ in range(8):
        spend(campaign, "0.1")

    assert Brand.objects.filter(current_daily_spend__gte=F("daily_budget")).count() == 1
    assert Brand.objects.filter(daily_budget=Decimal("0.80"), current_daily_spend__lt=Decimal("0.800001")).count() == 1
    assert Brand.objects.filter(daily_budget__in=[Decimal(1), Decimal("0.8")]).count() == 1


_COLUMN = F("daily_budget")
# A factor of a million, each of them, if it went through.
_MIXED = [_COLUMN + Decimal(1), _COLUMN - 1, _COLUMN * 2, _COLUMN + 1.5, 1 + _COLUMN, _COLUMN + F("id")]


@pytest.mark.django_db
@pytest.mark.parametrize("mixed", _MIXED)
def test_column_mixed_with_a_bare_number_is_an_error(mixed: Combinable) -> None:
    brand = make_brand(daily_budget="10")

    with pytest.raises(FieldError), transaction.atomic():
        Brand.objects.update(daily_budget=mixed)
    with pytest.raises(FieldError), transaction.atomic():
        list(Brand.objects.annotate(sum=mixed))
    for comparison in ("exact", "gt", "gte", "lt", "lte"):
        with pytest.raises(FieldError), transaction.atomic():
            list(Brand.objects.filter(**{f"monthly_budget__{comparison}": mixed}))
    for comparison in ("in", "range"):
        with pytest.raises(FieldError), transaction.atomic():
            list(Brand.objects.exclude(**{f"monthly_budget__{comparison}": [Decimal(1), mixed]}))
    brand.daily_budget = mixed
    with pytest.raises(FieldError), transaction.atomic():
        brand.save()

    assert stored_micros(brand) == 10_000_000


@pytest.mark.django_db
@pytest.mark.parametrize("value", [Value(5), Value(Decimal(5)), F("id")])
def test_expression_that_is_no_money_cannot_be_stored(value: Combinable) -> None:
    brand = make_brand(daily_budget="10")

    with pytest.raises(FieldError, match="daily_budget is money"), transaction.atomic():
        Brand.objects.update(daily_budget=value)

    assert stored_micros(brand) == 10_000_000


@pytest.mark.django_db
@pytest.mark.parametrize("value", [Value(5), Value(Decimal(5)), F("id"), Value(True)])
def test_column_is_not_compared_with_an_expression_that_is_no_money(value: Combinable) -> None:
    make_brand(daily_budget="10")

    with pytest.raises(FieldError, match="use money_value"):
        Brand.objects.filter(daily_budget__gt=value).exists()


@pytest.mark.django_db
def test_columns_are_compared_with_expressions_of_money() -> None:
    make_brand(daily_budget="10", monthly_budget="300")
    ten = money_value(Decimal(10))

    assert Brand.objects.filter(daily_budget=ten, monthly_budget__gt=F("daily_budget") + ten).count() == 1
    assert Brand.objects.filter(daily_budget__in=[Decimal(1), ten], monthly_budget__range=(ten, Decimal(300))).count()
    assert not Brand.objects.filter(monthly_budget__lte=F("daily_budget") + money_value(Decimal("289.999999"))).exists()


@pytest.mark.django_db
def test_expressions_of_money_are_stored() -> None:
    first, second = make_brand(daily_budget="10"), make_brand(monthly_budget="20")

    Brand.objects.filter(pk=second.pk).update(daily_budget=F("monthly_budget") - F("current_daily_spend"))
    Brand.objects.filter(pk=first.pk).update(daily_budget=money_value(Decimal(7)))
    first.monthly_budget = Decimal(70)
    second.monthly_budget = None
    Brand.objects.bulk_update([first, second], ["monthly_budget"])

    found = list(Brand.objects.order_by("pk").values_list("daily_budget", "monthly_budget"))
    assert found == [(Decimal(7), Decimal(70)), (Decimal(20), None)]


@pytest.mark.parametrize("value", [1.5, 0.0, "10", True, b"1"])
def test_value_that_would_have_to_be_guessed_at_is_an_error(value: object) -> None:
    with pytest.raises(TypeError, match="takes a Decimal"):
        FIELD.get_prep_value(value)


@pytest.mark.parametrize("value", [Decimal("0.0000001"), Decimal("NaN"), Decimal("Infinity"), Decimal("sNaN")])
def test_value_that_has_no_micros_is_refused(value: Decimal) -> None:
    with pytest.raises(InvalidAmount):
        FIELD.get_prep_value(value)


@pytest.mark.django_db
def test_lookup_by_a_float_is_an_error_not_a_miss() -> None:
    lookup = {"daily_budget": 10.5}

    with pytest.raises(TypeError, match="takes a Decimal"):
        Brand.objects.filter(**lookup).exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12.5", Decimal("12.5")), ("-3", Decimal(-3)), ("0", Decimal(0)), ("0.00", Decimal(0)), (None, None)],
)
def test_text_of_a_form_or_fixture_becomes_units(text: str | None, expected: Decimal | None) -> None:
    assert FIELD.to_python(text) == expected


@pytest.mark.parametrize("text", ["", "1e3", "1_000", "NaN", "0.0000001", 1.5])
def test_text_that_is_no_amount_is_no_value(text: object) -> None:
    with pytest.raises(ValidationError):
        FIELD.to_python(text)


def test_form_field_is_a_plain_one() -> None:
    assert isinstance(FIELD.formfield(), forms.CharField)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["json", "xml"])
def test_rows_survive_a_dump_and_a_load(language: str) -> None:
    campaign = make_campaign(make_brand(daily_budget="10.01"))
    spend(campaign, "-0.000001", occurred_at=NOON)
    rows = [*Brand.objects.all(), *Campaign.objects.all(), *SpendLog.objects.all()]
    before = list(SpendLog.objects.values())
    text = serializers.serialize(language, rows)

    for loaded in serializers.deserialize(language, text):
        loaded.save()

    assert list(SpendLog.objects.values()) == before
    assert Brand.objects.get().current_daily_spend == Decimal("-0.000001")
    again = [*Brand.objects.all(), *Campaign.objects.all(), *SpendLog.objects.all()]
    assert serializers.serialize(language, again) == text
