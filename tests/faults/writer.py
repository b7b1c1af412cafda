"""A program that writes: `python -m tests.faults.writer NAME COUNT CAMPAIGN…` records spends as fast as it can.

It prints the reference of each spend that was acknowledged, one on a line. What is refused ends it with a traceback.
"""

from __future__ import annotations

import sys


def main(name: str, count: str, *campaigns: str) -> None:
    """This will record `count` spends of 0.01, of the campaigns in turn."""
    import django

    django.setup()
    from django.utils import timezone

    from campaigns.services import record_spend

    for number in range(int(count)):
        reference = f"{name}-{number}"
        campaign_id = int(campaigns[number % len(campaigns)])
        record_spend(campaign_id=campaign_id, amount="0.01", reference=reference, now=timezone.now())
        sys.stdout.write(f"{reference}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
