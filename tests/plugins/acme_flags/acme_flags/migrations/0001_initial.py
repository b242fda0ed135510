"""The table of flags."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Flag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entity_ref", models.CharField(db_index=True, max_length=200)),
                ("name", models.CharField(max_length=100)),
                ("stale", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("entity_ref", "name"), name="one_flag_of_a_name")]
            },
        ),
    ]
