"""The door: which program calls, whether it may do this, and whether it calls too often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from ninja.security.base import AuthBase

from campaigns.api.refusals import ScopeMissing, TooManyRequests
from campaigns.models import Scope
from campaigns.queries.reach import Reach
from campaigns.services.access import Caller, authenticate

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a caller who was let in.

    :param now: the request's moment: here the clock is read, once.
    """

    caller: Caller
    now: datetime

    @property
    def reach(self) -> Reach:
        """The brands that the caller may see and touch."""
        return Reach(self.caller.brand_ids)

    @property
    def actor(self) -> str:
        """Who it is, as the history names them."""
        return f"api:{self.caller.name}"


class DeskRequest(HttpRequest):
    """A request that came through the door."""

    auth: Call


class Key(AuthBase):
    """Lets in who has a valid key with the scope, in the header `Authorization: Bearer KEY` and nowhere else."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A key that an administrator made: `manage.py create_api_key`, or in the admin."

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self._scope = scope

    @sensitive_variables("secret")
    def __call__(self, request: HttpRequest) -> Call:
        """This will return the call.

        :raises Refusal: KeyRefused, TooManyRequests or ScopeMissing.
        """
        now = timezone.now()
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        caller = authenticate(secret=secret.strip() if scheme.lower() == "bearer" else "", now=now)
        _count(caller, now)
        if self._scope not in caller.scopes:
            raise ScopeMissing(
                f"This needs a key with the scope {self._scope}; this one has: {', '.join(sorted(caller.scopes))}."
            )
        return Call(caller, now)


def _count(caller: Caller, now: datetime) -> None:
    """Count the request in its minute; each web process counts for itself."""
    minute, second = divmod(int(now.timestamp()), _SECONDS)
    name = f"api-requests:{caller.key_id}:{minute}"
    cache.add(name, 0, timeout=2 * _SECONDS)
    try:
        requests = cache.incr(name)
    except ValueError:
        # The cache had to make room: the count starts anew, in the caller's favour.
        return
    if requests > caller.requests_per_minute:
        raise TooManyRequests(
            f"This key may send {caller.requests_per_minute} requests a minute: "
            f"go on in {_SECONDS - second} seconds, or send spend in batches.",
            seconds=_SECONDS - second,
        )


READ, RECORD, MANAGE = Key(Scope.READ), Key(Scope.RECORD), Key(Scope.MANAGE)
