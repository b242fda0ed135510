# Indexes that answer for a whole fleet, what was removed on purpose, homes of systems, withdrawals and reminders.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scorecards", "0004_lighter_results"),
        ("services", "0002_catalog_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="Removal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("reasons", "reasons"), ("results", "results")], max_length=10)),
                ("before", models.DateTimeField()),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("number", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "ordering": ["-before", "-id"],
            },
        ),
        migrations.CreateModel(
            name="SystemHome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("system_ref", models.CharField(max_length=200, unique=True)),
                ("domain_ref", models.CharField(max_length=200)),
            ],
        ),
        migrations.RemoveIndex(
            model_name="checkresult",
            name="open_result_by_state",
        ),
        migrations.RemoveIndex(
            model_name="checkresult",
            name="closed_result",
        ),
        migrations.RemoveIndex(
            model_name="scorepoint",
            name="scorecards__scope_t_164845_idx",
        ),
        migrations.RemoveIndex(
            model_name="scorepoint",
            name="closed_point",
        ),
        migrations.AddField(
            model_name="initiative",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="initiative",
            name="withdrawn_by",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name="waiver",
            name="reminded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="checkresult",
            index=models.Index(
                condition=models.Q(("valid_to", None)),
                fields=["state", "check_key", "valid_to"],
                name="open_result_by_state",
            ),
        ),
        migrations.AddIndex(
            model_name="checkresult",
            index=models.Index(
                condition=models.Q(("cause", "evidence expired"), ("valid_to", None)),
                fields=["state", "cause", "check_key", "valid_from", "entity"],
                name="open_result_expired",
            ),
        ),
        migrations.AddIndex(
            model_name="checkresult",
            index=models.Index(
                condition=models.Q(("valid_to__isnull", False)),
                fields=["valid_to", "valid_from", "state", "check_key", "cause", "entity"],
                name="closed_result",
            ),
        ),
        migrations.AddIndex(
            model_name="scorepoint",
            index=models.Index(
                condition=models.Q(("valid_to", None)),
                fields=[
                    "scope_type",
                    "pillar",
                    "valid_from",
                    "entity",
                    "level",
                    "score",
                    "confidence",
                    "waived_checks",
                    "valid_to",
                ],
                name="open_point",
            ),
        ),
        migrations.AddIndex(
            model_name="scorepoint",
            index=models.Index(
                condition=models.Q(("valid_to__isnull", False)),
                fields=["scope_type", "pillar", "valid_to", "valid_from", "entity", "level", "score", "confidence"],
                name="closed_point",
            ),
        ),
        migrations.AddIndex(
            model_name="scorepoint",
            index=models.Index(
                condition=models.Q(("level_before", models.F("level")), _negated=True),
                fields=["scope_type", "pillar", "valid_from", "entity", "level", "level_before"],
                name="level_change",
            ),
        ),
        migrations.AddIndex(
            model_name="scorepoint",
            index=models.Index(
                fields=["scope_type", "valid_from", "pillar", "entity", "cause", "delta"], name="point_by_time"
            ),
        ),
        migrations.AddIndex(
            model_name="removal",
            index=models.Index(fields=["kind", "before"], name="scorecards__kind_9938f0_idx"),
        ),
    ]
