from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Max


def number(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give the changes of before the feed their places, in the order of their keys."""
    changes = apps.get_model("campaigns", "StatusChange").objects.order_by()
    changes.update(position=F("id"))
    last = changes.aggregate(last=Max("position"))["last"] or 0
    apps.get_model("campaigns", "ChangeFeed").objects.create(id=1, last_position=last)


def forget(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the places back."""
    apps.get_model("campaigns", "StatusChange").objects.update(position=None)
    apps.get_model("campaigns", "ChangeFeed").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_webhooks")]

    operations = [migrations.RunPython(number, forget)]
