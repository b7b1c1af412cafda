"""Webhooks: endpoints are kept by `endpoints`, messages are sent by `sending` through `transport`.

What is sent is written elsewhere, by `outbox`, in the transaction in which it happens.
"""

from __future__ import annotations

from campaigns.services.webhooks.endpoints import (
    change_endpoint,
    check_target,
    create_endpoint,
    delete_endpoint,
    rotate_secret,
)
from campaigns.services.webhooks.letters import forget_old_messages, resend_dead
from campaigns.services.webhooks.sending import SendReport, send_due

__all__ = [
    "SendReport",
    "change_endpoint",
    "check_target",
    "create_endpoint",
    "delete_endpoint",
    "forget_old_messages",
    "resend_dead",
    "rotate_secret",
    "send_due",
]
