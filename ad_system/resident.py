"""What a server has loaded stays for as long as it runs."""

from __future__ import annotations

import gc

from django.urls import get_resolver


def settle_in() -> None:
    """This will load what the first request would, and have Python no longer look there for what nobody needs.

    Large batches make so many objects that Python looks through all there are, again and again: hundreds of thousands
    of which are Django's and ours, and none of which ever goes. Meanwhile all threads wait.
    """
    # Asked for, they are imported.
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
