from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from campaigns.migrations._indexes import AddIndexWhileOthersWrite


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("campaigns", "0010_cover_amounts"),
    ]

    operations: ClassVar[list[Operation]] = [
        AddIndexWhileOthersWrite(
            model_name="spendlog",
            index=models.Index(fields=["local_day", "id"], name="spend_day_idx"),
        ),
    ]
