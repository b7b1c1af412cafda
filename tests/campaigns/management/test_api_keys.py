"""`manage.py create_api_key`, `list_api_keys` and `revoke_api_key`."""

from __future__ import annotations

import pytest

from campaigns.errors import KeyRefused
from campaigns.models import ApiKey, Scope
from campaigns.services import authenticate
from tests.campaigns.management.desk import Answer, run
from tests.factories import DAY, NOON, make_brand

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time_travel")]


def create(*arguments: str) -> Answer:
    return run("create_api_key", "sender", "--scope=record", *arguments)


def test_create_api_key_shows_the_key_once() -> None:
    answer = create("--every-brand", "--scope=read", "--requests-per-minute=60")

    caller = authenticate(secret=answer.lines[0], now=NOON)
    assert (answer.code, answer.err) == (0, "")
    assert caller.scopes == {Scope.READ, Scope.RECORD}
    assert caller.brand_ids is None
    assert caller.requests_per_minute == 60
    assert "shown this once" in answer.out
    assert ApiKey.objects.get().created_by == "manage.py"


def test_create_api_key_for_brands_and_for_a_time() -> None:
    brands = [make_brand(name="Acme"), make_brand(name="Zenith")]

    answer = create("--brand=Acme", "--brand=Zenith", "--expires=2026-11-21T12:00:00-05:00", "--json")

    caller = authenticate(secret=str(answer.facts["key"]), now=NOON)
    assert caller.brand_ids == frozenset(brand.pk for brand in brands)
    assert ApiKey.objects.get().expires_at == NOON + DAY


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("--every-brand", "--brand=Acme"), 2),
        (("--every-brand", "--scope=admin"), 2),
        (("--brand=Nobody",), 1),
        (("--every-brand", "--expires=2020-01-01T00:00:00Z"), 1),
        (("--every-brand", "--expires=2027-01-01T00:00:00"), 1),
        (("--every-brand", "--requests-per-minute=0"), 1),
    ],
)
def test_create_api_key_used_wrongly_makes_none(arguments: tuple[str, ...], code: int) -> None:
    make_brand(name="Acme")

    answer = create(*arguments)

    assert (answer.code, answer.out) == (code, "")
    assert not ApiKey.objects.exists()


def test_third_key_of_a_client_is_refused() -> None:
    codes = [create("--every-brand").code for _ in range(3)]

    assert codes == [0, 0, 1]


def test_list_api_keys_shows_states_and_no_secret() -> None:
    assert run("list_api_keys").lines == ["There is no key yet: create_api_key makes one."]
    secret = create("--every-brand").lines[0]
    make_brand(name="Acme")
    run("create_api_key", "reader", "--scope=read", "--brand=Acme", "--expires=2026-11-20T18:00:00Z")

    answer = run("list_api_keys", now=NOON + DAY)

    assert any("reader" in line and "expired" in line and "Acme" in line for line in answer.lines)
    assert any("sender" in line and "valid" in line and "every brand" in line for line in answer.lines)
    assert secret.split("_", 2)[2] not in answer.out + run("list_api_keys", "--json").out


def test_revoke_api_key_closes_the_door() -> None:
    secret = create("--every-brand").lines[0]
    prefix = ApiKey.objects.get().prefix

    answer = run("revoke_api_key", prefix)

    assert (answer.code, answer.lines) == (0, [f"Key {prefix} of sender is revoked."])
    with pytest.raises(KeyRefused):
        authenticate(secret=secret, now=NOON)
    assert run("revoke_api_key", "nothing").code == 1
