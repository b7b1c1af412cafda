"""Writes the recordings anew: `python -m tests.proof.write_recordings`, after a decision of the design has changed."""

from __future__ import annotations

import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ad_system.settings")
    django.setup()
    # Only now: the steps name what the desk's own modules define.
    from tests.proof.recorded import write_all

    write_all()
