"""Access: keys of the HTTP API are made, shown once, recognised and revoked here."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from campaigns.errors import InvalidKey, KeyRefused, NotFound, Refusal, TooManyKeys
from campaigns.models import ApiKey, Scope
from campaigns.models.access import CLIENT_LENGTH, DEFAULT_REQUESTS_PER_MINUTE, PREFIX_LENGTH
from campaigns.rules.texts import parse_name
from campaigns.services.database import writing
from campaigns.services.keys import brands_of_key, find_key
from campaigns.services.locks import existing_brands

# One in use and its successor, for as long as a rotation takes.
KEYS_PER_CLIENT = 2
MOST_REQUESTS_PER_MINUTE = 1_000_000

# So that people, and programs that search for secrets in code, know it when they see it.
_MARK = "adsys"
_SECRET_BYTES = 32
_KEY = re.compile(rf"{_MARK}_([0-9a-f]{{{PREFIX_LENGTH}}})_([A-Za-z0-9_-]{{43}})", re.ASCII)
_REMEMBER_USE_EVERY = timedelta(minutes=1)
# Compared with where no key has the prefix, so that it takes as long.
_NO_HASH = "0" * 64

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key that was just made.

    :param secret: the whole key as the client sends it. It is kept nowhere and can never be shown again.
    """

    key: ApiKey
    secret: str

    def __repr__(self) -> str:
        return f"NewApiKey({self.key})"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and what they may.

    :param brand_ids: the brands that they may see and touch; None: all.
    """

    key_id: int
    name: str
    scopes: frozenset[Scope]
    brand_ids: frozenset[int] | None
    requests_per_minute: int


@sensitive_variables("secret")
def create_api_key(
    *,
    name: str,
    scopes: Collection[Scope],
    now: datetime,
    every_brand: bool = False,
    brand_ids: Collection[int] = (),
    expires_at: datetime | None = None,
    requests_per_minute: int = DEFAULT_REQUESTS_PER_MINUTE,
    actor: str = "",
) -> NewApiKey:
    """Make a key for a client, a second one beside the first where they rotate.

    :param name: the client: the program that will use the key.
    :param every_brand: for all brands, later ones too; otherwise `brand_ids` names them.
    :raises Refusal: InvalidKey, InvalidText, NotFound or TooManyKeys; nothing is written.
    """
    key = ApiKey(
        name=_parse_client(name),
        prefix=secrets.token_hex(PREFIX_LENGTH // 2),
        may_read=Scope.READ in scopes,
        may_record=Scope.RECORD in scopes,
        may_manage=Scope.MANAGE in scopes,
        every_brand=every_brand,
        requests_per_minute=requests_per_minute,
        expires_at=expires_at,
        created_at=now,
        created_by=actor,
    )
    _check(key, brand_ids, now)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    key.secret_hash = _hash(secret)
    with writing():
        _refuse_a_third(key.name, now)
        brands = existing_brands(brand_ids)
        key.save()
        key.brands.set(brands)
    logger.info("Created API key name=%s prefix=%s by=%s", key.name, key.prefix, actor or "system")
    return NewApiKey(key, f"{_MARK}_{key.prefix}_{secret}")


def revoke_api_key(*, prefix: str, now: datetime, actor: str = "") -> ApiKey:
    """Revoke a key: from the next request on it opens nothing. Twice is once.

    :raises NotFound: if no key has that prefix.
    """
    wanted = prefix.removeprefix(f"{_MARK}_")[:PREFIX_LENGTH]
    with writing():
        key = ApiKey.objects.select_for_update().filter(prefix=wanted).first()
        if key is None:
            raise NotFound("No API key has that prefix: list_api_keys shows them.", field="prefix")
        if key.revoked_at is None:
            key.revoked_at = now
            key.save(update_fields=["revoked_at"])
            logger.info("Revoked API key name=%s prefix=%s by=%s", key.name, key.prefix, actor or "system")
    return key


@sensitive_variables("secret", "match")
def authenticate(*, secret: str, now: datetime) -> Caller:
    """Recognise the caller by the whole key, as it was shown when it was made.

    :raises KeyRefused: in the same words for a key that is unknown, expired or revoked.
    """
    match = _KEY.fullmatch(secret)
    key = find_key(match[1]) if match else None
    stored = key.secret_hash if key else _NO_HASH
    is_right = hmac.compare_digest(stored, _hash(match[2] if match else ""))
    if key is None or not is_right or key.state(now) != "valid":
        raise KeyRefused(
            "This needs a valid API key: send it in the header 'Authorization: Bearer KEY'. "
            "An administrator makes keys, and sees which are expired or revoked."
        )
    _remember_use(key, now)
    return Caller(
        key_id=key.pk,
        name=key.name,
        scopes=key.scopes,
        brand_ids=None if key.every_brand else brands_of_key(key),
        requests_per_minute=key.requests_per_minute,
    )


def _parse_client(name: str) -> str:
    client = parse_name(name)
    if len(client) > CLIENT_LENGTH:
        raise InvalidKey(f"The client's name has {len(client)} characters: at most {CLIENT_LENGTH}.", field="name")
    return client


def _check(key: ApiKey, brand_ids: Collection[int], now: datetime) -> None:
    if not key.scopes:
        raise InvalidKey("A key needs a scope: read, record or manage.", field="scopes")
    if key.every_brand and brand_ids:
        raise InvalidKey("A key is for every brand, or for those that are named: choose one.", field="brands")
    if not key.every_brand and not brand_ids:
        raise InvalidKey("A key needs brands: name some, or say that it is for every brand.", field="brands")
    if key.expires_at is not None and key.expires_at.utcoffset() is None:
        raise InvalidKey("The moment of expiry has no offset: add one, such as Z.", field="expires_at")
    if key.expires_at is not None and key.expires_at <= now:
        raise InvalidKey("The key would have expired already: give a later moment.", field="expires_at")
    if not 1 <= key.requests_per_minute <= MOST_REQUESTS_PER_MINUTE:
        sentence = f"Requests per minute are a number from 1 to {MOST_REQUESTS_PER_MINUTE:,}."
        raise InvalidKey(sentence, field="requests_per_minute")


def _refuse_a_third(name: str, now: datetime) -> None:
    # Locked, so that two people who make a successor at the same time do not both succeed.
    list(ApiKey.objects.select_for_update().filter(name=name).values_list("pk", flat=True))
    valid = ApiKey.objects.valid(now).filter(name=name)
    if valid.count() >= KEYS_PER_CLIENT:
        prefixes = " and ".join(valid.order_by("pk").values_list("prefix", flat=True))
        raise TooManyKeys(f"{name!r} has {KEYS_PER_CLIENT} valid keys already ({prefixes}): revoke one first.")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _remember_use(key: ApiKey, now: datetime) -> None:
    """Note that the key was used, at most once a minute: reading should not cost a write each time."""
    due = now - _REMEMBER_USE_EVERY
    if key.last_used_at is None or key.last_used_at <= due:
        is_due = Q(last_used_at=None) | Q(last_used_at__lte=due)
        try:
            with writing():
                ApiKey.objects.filter(is_due, pk=key.pk).update(last_used_at=now)
        except Refusal as refusal:
            # A full disk, say, keeps nobody from reading.
            logger.warning("The use of an API key could not be noted prefix=%s: %s", key.prefix, refusal)
