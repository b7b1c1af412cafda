"""Small pictures beside words, as SVG inside the page: no font, no file to fetch, in the colour of the words."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

# Each is one path on a square of 16 by 16.
_PATHS = {
    "running": "M4 2.2v11.6a.8.8 0 0 0 1.2.7l9-5.8a.8.8 0 0 0 0-1.4l-9-5.8A.8.8 0 0 0 4 2.2Z",
    "paused": "M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z",
    "off": "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm0 2a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9Z",
    "good": "m6.3 13.2-4.5-4.5 1.5-1.5 3 3 6.5-6.6 1.5 1.5-8 8.1Z",
    "warn": "M8 1.2 15.6 14.6H.4L8 1.2Zm-1 5v4h2v-4H7Zm0 5.2v1.8h2v-1.8H7Z",
    "bad": "M8 .9a7.1 7.1 0 1 0 0 14.2A7.1 7.1 0 0 0 8 .9ZM7 4h2v5H7V4Zm0 6.3h2v1.9H7v-1.9Z",
    "info": "M8 .9a7.1 7.1 0 1 0 0 14.2A7.1 7.1 0 0 0 8 .9ZM7 3.8h2v1.9H7V3.8Zm0 3.1h2v5.3H7V6.9Z",
    "behind": "M2 3.4 3.4 2l7.2 7.2V5h2v7.6H5v-2h4.2L2 3.4Z",
    "clock": "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 2a5 5 0 1 1 0 10A5 5 0 0 1 8 3ZM7 4h2v4.2l2 2L9.6 11.6 7 9V4Z",
}


def icon(name: str) -> SafeString:
    """Return the picture of that name. It says nothing to a screen reader: the words beside it do."""
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path fill-rule="evenodd" d="{}"/></svg>',
        _PATHS[name],
    )
