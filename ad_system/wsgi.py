"""The web application, for any WSGI server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from ad_system.resident import settle_in

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ad_system.settings")

application = get_wsgi_application()
settle_in()
