"""The admin's banner: what is ill, at the top of every page, for those who work there."""

from __future__ import annotations

import logging
from typing import Any

from django import template
from django.db import Error as AnyDatabaseError
from django.utils import timezone

from ad_system.signs.examination import look_at_clockwork
from ad_system.signs.findings import Finding, Level

register = template.Library()

logger = logging.getLogger(__name__)


@register.inclusion_tag("ad_system/signs_banner.html", takes_context=True)
def signs_banner(context: dict[str, Any]) -> dict[str, list[Finding]]:
    """This will return what the banner tells: nothing to strangers, and nothing while all is well."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not (user.is_active and user.is_staff):
        return {"findings": []}
    try:
        findings = look_at_clockwork(now=timezone.now())
    except AnyDatabaseError as error:
        # A page must not fail because of its banner: between a new program and its migration, say.
        logger.warning("The banner cannot be read reason=%s", type(error).__name__)
        return {"findings": []}
    return {"findings": [finding for finding in findings if finding.level is Level.ILL]}
