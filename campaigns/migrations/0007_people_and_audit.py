import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0006_signs_of_life"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BrandLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("brands", models.ManyToManyField(blank=True, related_name="+", to="campaigns.brand")),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="brand_limit",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "limit to brands",
                "verbose_name_plural": "limits to brands",
                "ordering": ["person"],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(help_text="What it was about, as it was called then.", max_length=403)),
                ("acted_at", models.DateTimeField()),
                (
                    "actor",
                    models.CharField(
                        blank=True, default="", help_text="Who did it; api:… is a program.", max_length=150
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("created", "created"),
                            ("changed", "changed"),
                            ("reset", "reset by hand"),
                            ("corrected", "corrected spend"),
                        ],
                        max_length=16,
                    ),
                ),
                ("facts", models.JSONField(default=list)),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="audit_entries",
                        to="campaigns.brand",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Empty: it was about the brand itself, or about a campaign that is gone.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="audit_entries",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit entries",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["brand", "-id"], name="audit_entry_brand_idx"),
                    models.Index(fields=["campaign", "-id"], name="audit_entry_campaign_idx"),
                ],
            },
        ),
    ]
