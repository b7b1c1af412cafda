"""API keys: made and revoked. A secret is shown once, on the page that follows; nothing else here has ever seen it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_variables

from campaigns.admin import cells
from campaigns.admin.base import DeskAdmin, actor_of
from campaigns.admin.forms import DeskForm
from campaigns.admin.spend_forms import desk_clock
from campaigns.errors import TooManyKeys
from campaigns.models import ApiKey, Brand, Scope
from campaigns.queries.reach import reach_of
from campaigns.services import create_api_key, revoke_api_key

ASKED = ("name", "may_read", "may_record", "may_manage", "every_brand", "brands", "expires_at", "requests_per_minute")
SHOWN = ("name", "prefix", "state", "scopes", "for_brands", "requests_per_minute", "made", "used", "expires", "revoked")

_LEVELS = {"valid": "good", "expired": "warn", "revoked": "off"}


class NewApiKeyForm(DeskForm[ApiKey]):
    """A key that a person describes."""

    fields_of_refusals: ClassVar[dict[str, str]] = {"scopes": "may_read"}

    brands = forms.ModelMultipleChoiceField(
        queryset=Brand.objects.all(), required=False, widget=FilteredSelectMultiple("brands", is_stacked=False)
    )

    class Meta:
        model = ApiKey
        fields = ASKED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "expires_at" in self.fields:
            self.fields["expires_at"].help_text = f"{desk_clock(self.now)} Empty: it does not expire."


class ApiKeyAdmin(DeskAdmin[ApiKey]):
    """The pages of API keys."""

    list_display = ("name", "prefix", "state", "scopes", "for_brands", "used", "expires")
    list_filter = ("every_brand",)
    search_fields = ("name", "=prefix", "brands__name")
    search_help_text = "Client, prefix or brand"
    actions = ("revoke",)

    # The secret of the request in which a key was made; the next page shows it, and then it is gone.
    secret = ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        """Load what every line names."""
        return super().get_queryset(request).prefetch_related("brands")

    def get_form(
        self, request: HttpRequest, obj: ApiKey | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[ApiKey]]:
        """Return the form of a new key; one that is there is only shown."""
        return super().get_form(request, obj, change, **({"form": NewApiKeyForm} if obj is None else {}), **kwargs)

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        """Ask for a key, or show one. Who is limited makes keys for their brands only."""
        if obj is not None:
            return SHOWN
        return ASKED if reach_of(request.user).is_everything else tuple(name for name in ASKED if name != "every_brand")

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        """Let nobody change a key: what it may do is fixed when it is handed out."""
        return () if obj is None else SHOWN

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Refuse to change one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Refuse to delete: a revoked key stays in the list, so that people see what it was."""
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Let those revoke who could make keys or change them."""
        return any(request.user.has_perm(f"campaigns.{verb}_apikey") for verb in ("add", "change"))

    def store(self, request: HttpRequest, form: Any, row: ApiKey | None) -> ApiKey:
        """Make the key."""
        try:
            return self._make(request, form.cleaned_data)
        except TooManyKeys as refusal:
            if reach_of(request.user).is_everything:
                raise
            # The sentence names keys, which may be those of another brand.
            raise TooManyKeys("A client of that name has its keys already: take another name.") from refusal

    @sensitive_variables("new")
    def _make(self, request: HttpRequest, values: dict[str, Any]) -> ApiKey:
        new = create_api_key(
            name=values["name"],
            scopes=[scope for scope in Scope if values[f"may_{scope}"]],
            every_brand=values.get("every_brand", False),
            brand_ids=[brand.pk for brand in values["brands"]],
            expires_at=values["expires_at"],
            requests_per_minute=values["requests_per_minute"],
            now=self.now,
            actor=actor_of(request),
        )
        self.secret = new.secret
        return new.key

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Leave the brands alone: the service has stored them."""

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        """Show the secret on this page, not after a redirect: so it is kept in no session, no cookie and no cache."""
        context = {
            **self.admin_site.each_context(request),
            "title": "The new API key",
            "opts": self.opts,
            "key": obj,
            "secret": self.secret,
            "list_url": reverse("admin:campaigns_apikey_changelist"),
        }
        return TemplateResponse(request, "admin/campaigns/apikey/created.html", context)

    @admin.action(permissions=["revoke"], description="Revoke selected API keys: they open nothing any more")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """Revoke the keys."""
        actor = actor_of(request)

        def revoke_one(key: ApiKey) -> str:
            self.log_change(request, key, "Revoked.")
            return str(revoke_api_key(prefix=key.prefix, now=self.now, actor=actor))

        self.each(request, queryset, revoke_one, did="Revoked", failed="Not revoked")

    @admin.display(description="state")
    def state(self, key: ApiKey) -> SafeString:
        """Return whether it opens the door."""
        state = key.state(self.now)
        return cells.badge(state, _LEVELS[state])

    @admin.display(description="may")
    def scopes(self, key: ApiKey) -> str:
        """Return what it allows."""
        return ", ".join(scope for scope in Scope if scope in key.scopes)

    @admin.display(description="brands")
    def for_brands(self, key: ApiKey) -> str:
        """Return whose data it reaches."""
        return "every brand" if key.every_brand else ", ".join(brand.name for brand in key.brands.all())

    @admin.display(description="last used", ordering="last_used_at")
    def used(self, key: ApiKey) -> SafeString | str:
        """Return when it was last used."""
        return cells.moment(key.last_used_at, None)

    @admin.display(description="expires", ordering="expires_at")
    def expires(self, key: ApiKey) -> SafeString | str:
        """Return when it stops by itself."""
        return cells.moment(key.expires_at, None)

    @admin.display(description="revoked")
    def revoked(self, key: ApiKey) -> SafeString | str:
        """Return when it was revoked."""
        return cells.moment(key.revoked_at, None)

    @admin.display(description="made")
    def made(self, key: ApiKey) -> SafeString | str:
        """Return when it was made; by whom is in the page's history."""
        return cells.moment(key.created_at, None)
