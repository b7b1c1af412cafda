from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("campaigns", "0006_signs_of_life"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.AddIndex(
            model_name="spendlog",
            index=models.Index(fields=["occurred_at"], name="spend_moment_idx"),
        ),
    ]
