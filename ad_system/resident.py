"""What a server or a worker has loaded stays for as long as it runs."""

from __future__ import annotations

import gc

from django.urls import get_resolver


def settle_in() -> None:
    """This will load what the first request would, and have Python leave it alone."""
    # Asked for, they are imported.
    _ = get_resolver().url_patterns
    leave_alone_what_is_loaded()


def leave_alone_what_is_loaded() -> None:
    """This will have Python no longer look among what is loaded for what nobody needs.

    Large batches and files make so many objects that Python looks through all there are, again and again: hundreds of
    thousands of which are Django's and ours, and none of which ever goes. Meanwhile all threads wait.
    """
    gc.collect()
    gc.freeze()
