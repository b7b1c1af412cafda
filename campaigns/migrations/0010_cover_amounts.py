from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from campaigns.migrations._indexes import AddIndexWhileOthersWrite, RemoveIndexWhileOthersWrite


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("campaigns", "0009_spend_by_moment"),
    ]

    operations: ClassVar[list[Operation]] = [
        # The new one first, so that nobody has to do without.
        AddIndexWhileOthersWrite(
            model_name="spendlog",
            index=models.Index(
                fields=["campaign", "local_day", "source"], include=["amount"], name="spend_campaign_day_amount_idx"
            ),
        ),
        RemoveIndexWhileOthersWrite(model_name="spendlog", name="spend_campaign_day_idx"),
    ]
