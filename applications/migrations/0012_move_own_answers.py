"""Give each program's own question, known so far by imported answers only, a row of its own."""

import json

from django.db import migrations

MAX_HEADING = 300


def move(apps, schema_editor):
    private = apps.get_model("applications", "PrivateAnswers")
    question_model = apps.get_model("programs", "ProgramQuestion")
    answer_model = apps.get_model("applications", "QuestionAnswer")
    found = {}
    rows = private._base_manager.select_related("application__cohort")
    for row in rows.order_by("pk").iterator():
        program = row.application.cohort.program_id
        for name, values in json.loads(row.attributes_json or "{}").items():
            heading = " ".join(name.split())[:MAX_HEADING]
            if (program, heading) not in found:
                found[program, heading] = question_model.objects.create(
                    program_id=program, heading=heading, kind="several", position=len(found) + 1
                )
            answer_model._base_manager.update_or_create(
                application_id=row.application_id,
                question=found[program, heading],
                defaults={"values_json": json.dumps(values, ensure_ascii=False)},
            )


class Migration(migrations.Migration):
    dependencies = [("applications", "0011_question_answers")]
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
