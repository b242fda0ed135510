# Standing results are indexed for counts only where they fail, which keeps the first evaluation of a fleet fast.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scorecards", "0005_retention_and_speed"),
        ("services", "0002_catalog_index"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="checkresult",
            name="open_result_by_state",
        ),
        migrations.AddIndex(
            model_name="checkresult",
            index=models.Index(
                condition=models.Q(("state", "fail"), ("valid_to", None)),
                fields=["check_key", "state", "valid_to"],
                name="open_failure",
            ),
        ),
    ]
