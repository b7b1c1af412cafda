"""The web application, for an ASGI server. `manage.py up` uses WSGI, which is faster for this work."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from ad_system.resident import settle_in

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ad_system.settings")

application = get_asgi_application()
settle_in()
