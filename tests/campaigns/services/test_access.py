"""Keys of the API: made, recognised, rotated, revoked. The secret is kept nowhere."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

import pytest

from campaigns.errors import InvalidKey, InvalidText, KeyRefused, NotFound, Refusal, TooManyKeys
from campaigns.models import ApiKey, Scope
from campaigns.services import authenticate, create_api_key, revoke_api_key
from campaigns.services.access import NewApiKey
from tests.factories import DAY, MINUTE, NOON, SECOND, make_brand

pytestmark = pytest.mark.django_db


def make_key(name: str = "sender", *, now: datetime = NOON, **facts: Any) -> NewApiKey:
    return create_api_key(**{"name": name, "scopes": [Scope.RECORD], "every_brand": True, "now": now, **facts})


def test_key_is_recognised_with_what_it_allows() -> None:
    brand = make_brand()
    new = make_key(scopes=[Scope.READ, Scope.MANAGE], every_brand=False, brand_ids=[brand.pk], requests_per_minute=7)

    caller = authenticate(secret=new.secret, now=NOON)

    assert (caller.name, caller.requests_per_minute) == ("sender", 7)
    assert caller.scopes == {Scope.READ, Scope.MANAGE}
    assert caller.brand_ids == frozenset({brand.pk})


def test_key_for_every_brand_names_none() -> None:
    assert authenticate(secret=make_key().secret, now=NOON).brand_ids is None


def test_secret_is_kept_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        new = make_key()
        authenticate(secret=new.secret, now=NOON)
        revoke_api_key(prefix=new.key.prefix, now=NOON)

    secret = new.secret.split("_", 2)[2]
    assert len(secret) == 43
    assert secret not in str(ApiKey.objects.values().get())
    assert secret not in caplog.text
    assert secret not in repr(new)
    assert new.secret.startswith(f"adsys_{new.key.prefix}_")


def test_secrets_differ() -> None:
    assert make_key("a").secret != make_key("b").secret


def test_key_that_is_not_quite_right_is_refused() -> None:
    secret = make_key().secret
    last = "B" if secret[-1] == "A" else "A"
    others = [
        *("", "\x00", "x" * 100_000, secret[:-1], f"{secret}x", f"{secret}\n", f"ü{secret}", secret.upper()),
        *(f"{secret[:-1]}{last}", secret.replace("adsys", "other"), f"adsys_00000000_{secret[15:]}"),
    ]

    for other in others:
        with pytest.raises(KeyRefused):
            authenticate(secret=other, now=NOON)


def test_unknown_expired_and_revoked_are_alike() -> None:
    expired, revoked = make_key("a", expires_at=NOON + DAY), make_key("b")
    revoke_api_key(prefix=revoked.key.prefix, now=NOON)

    said = set()
    for secret in ("", expired.secret, revoked.secret):
        with pytest.raises(KeyRefused) as refused:
            authenticate(secret=secret, now=NOON + DAY)
        said.add(str(refused.value))

    assert len(said) == 1


def test_key_expires_at_its_moment() -> None:
    secret = make_key(expires_at=NOON + DAY).secret

    authenticate(secret=secret, now=NOON + DAY - SECOND)
    with pytest.raises(KeyRefused):
        authenticate(secret=secret, now=NOON + DAY)


def test_two_keys_of_a_client_are_valid_for_rotation_and_no_third() -> None:
    first, second = make_key(), make_key()

    with pytest.raises(TooManyKeys, match=rf"{first.key.prefix} and {second.key.prefix}"):
        make_key()

    assert {authenticate(secret=new.secret, now=NOON).name for new in (first, second)} == {"sender"}


def test_revoked_and_expired_keys_make_room() -> None:
    first = make_key()
    make_key(expires_at=NOON + DAY)
    revoke_api_key(prefix=first.key.prefix, now=NOON)

    make_key()
    make_key(now=NOON + DAY)

    assert ApiKey.objects.valid(NOON + DAY).count() == 2


def test_revoking_twice_keeps_the_first_moment() -> None:
    prefix = make_key().key.prefix
    revoke_api_key(prefix=prefix, now=NOON)

    again = revoke_api_key(prefix=prefix, now=NOON + DAY)

    assert (again.revoked_at, again.state(NOON)) == (NOON, "revoked")


def test_revoking_what_is_not_there_is_refused() -> None:
    with pytest.raises(NotFound):
        revoke_api_key(prefix="00000000", now=NOON)


def test_use_is_remembered_to_the_minute() -> None:
    new = make_key()

    moments = []
    for now in (NOON, NOON + 59 * SECOND, NOON + MINUTE):
        authenticate(secret=new.secret, now=now)
        moments.append(ApiKey.objects.get().last_used_at)

    assert moments == [NOON, NOON, NOON + MINUTE]


def test_refused_use_is_not_remembered() -> None:
    new = make_key()

    with pytest.raises(KeyRefused):
        authenticate(secret=new.secret[:-1] + "!", now=NOON)

    assert ApiKey.objects.get().last_used_at is None


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"name": ""}, InvalidText),
        ({"name": "a\x00"}, InvalidText),
        ({"name": "n" * 101}, InvalidKey),
        ({"scopes": []}, InvalidKey),
        ({"every_brand": False}, InvalidKey),
        ({"brand_ids": [1]}, InvalidKey),
        ({"every_brand": False, "brand_ids": [999]}, NotFound),
        ({"expires_at": NOON}, InvalidKey),
        ({"expires_at": NOON.replace(tzinfo=None)}, InvalidKey),
        ({"requests_per_minute": 0}, InvalidKey),
        ({"requests_per_minute": 1_000_001}, InvalidKey),
    ],
)
def test_key_that_cannot_be_is_refused(facts: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        make_key(**facts)

    assert not ApiKey.objects.exists()
