"""A method of several steps in place of one fault; steps, guard decisions and approvals get their rows."""

import hashlib
import json

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

DEFINING = ("hypothesis", "method", "stop_conditions", "observe_seconds", "max_seconds", "recover_seconds")
FINAL = ("ended", "blocked")
STEP_STATES = ("planned", "armed", "applied", "skipped", "failed", "undone", "undo_failed")


def one_step(fault, arguments):
    return [{"type": "fault", "name": fault, "fault": fault, "arguments": arguments}]


def one_target(preview, fault):
    """The preview of the one fault, as the row of the one step. The next look-up gives it its hash."""
    if not preview or "steps" in preview:
        return preview
    return {"steps": [{"seq": 0, "name": fault, "fault": fault, **preview}], "targets_hash": "", "at": ""}


def to_methods(apps, schema_editor):
    Experiment = apps.get_model("chaos", "Experiment")
    ExperimentRun = apps.get_model("chaos", "ExperimentRun")
    for experiment in Experiment.objects.iterator():
        before = experiment.sha256
        experiment.method = one_step(experiment.fault, experiment.arguments)
        experiment.preview = one_target(experiment.preview, experiment.fault)
        experiment.changed_by = experiment.created_by
        snapshot = {name: getattr(experiment, name) for name in DEFINING}
        text = json.dumps(snapshot, sort_keys=True, separators=(",", ":"))
        experiment.sha256 = hashlib.sha256(text.encode()).hexdigest()
        experiment.save()
        # Runs of this very definition keep saying so: a planned run is not taken for one of an older version.
        ExperimentRun.objects.filter(experiment=experiment, experiment_sha256=before).update(
            experiment_sha256=experiment.sha256
        )
    for run in ExperimentRun.objects.iterator():
        _convert(apps, run)


def _convert(apps, run):
    Change = apps.get_model("changes", "Change")
    RunStep = apps.get_model("chaos", "RunStep")
    fault, arguments = run.definition.pop("fault"), run.definition.pop("arguments")
    run.definition["method"] = one_step(fault, arguments)
    run.preview = one_target(run.preview, fault)
    run.observed_from = run.injected_at
    run.save(update_fields=["definition", "preview", "observed_from"])
    change = Change.objects.filter(owner=f"experiment-run:{run.pk}").order_by("id").first()
    if change is not None:
        state = change.state if change.state in ("armed", "applied", "undone", "undo_failed") else "applied"
    else:
        state = "skipped" if run.state in FINAL else "planned"
    RunStep.objects.create(
        run=run,
        seq=0,
        type="fault",
        name=fault,
        state=state,
        change=change and change.pk,
        began_at=change and change.armed_at,
        done_at=run.injected_at,
        undone_at=change and change.undone_at,
        result={"error": run.fault_error} if run.fault_error else {},
    )


class Migration(migrations.Migration):
    dependencies = [("chaos", "0001_initial"), ("changes", "0001_initial")]

    operations = [
        migrations.AddField("experiment", "method", models.JSONField(null=True)),
        migrations.AddField(
            "experiment", "changed_by", models.CharField(blank=True, max_length=150, default=""), preserve_default=False
        ),
        migrations.AddField(
            "experimentrun",
            "targets_hash",
            models.CharField(blank=True, max_length=64, default=""),
            preserve_default=False,
        ),
        migrations.AddField("experimentrun", "observed_from", models.DateTimeField(blank=True, null=True)),
        migrations.CreateModel(
            name="RunStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField()),
                ("type", models.CharField(max_length=10)),
                ("name", models.CharField(max_length=300)),
                (
                    "state",
                    models.CharField(choices=[(word, word) for word in STEP_STATES], default="planned", max_length=12),
                ),
                ("change", models.PositiveBigIntegerField(blank=True, null=True)),
                ("result", models.JSONField(blank=True, default=dict)),
                ("began_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="step_rows", to="chaos.experimentrun"
                    ),
                ),
            ],
            options={
                "ordering": ["run", "seq"],
                "constraints": [models.UniqueConstraint(fields=("run", "seq"), name="one_row_per_step")],
            },
        ),
        migrations.CreateModel(
            name="GuardDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("allowed", models.BooleanField()),
                ("reasons", models.JSONField(blank=True, default=list)),
                ("targets_hash", models.CharField(max_length=64)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="chaos.experimentrun"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["run", "seq"], name="guard_decision_of_step")],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("experiment_sha256", models.CharField(max_length=64)),
                ("bound_to", models.CharField(max_length=64)),
                ("standing", models.BooleanField(default=False)),
                ("by", models.CharField(max_length=150)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_by", models.CharField(blank=True, max_length=150)),
                (
                    "experiment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="approvals", to="chaos.experiment"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["experiment", "-id"], name="approvals_of_experiment")],
            },
        ),
        migrations.RunPython(to_methods, migrations.RunPython.noop),
        migrations.AlterField("experiment", "method", models.JSONField()),
        migrations.RemoveField("experiment", "fault"),
        migrations.RemoveField("experiment", "arguments"),
    ]
