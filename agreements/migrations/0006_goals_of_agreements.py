from django.db import migrations

SIGNED = ("signed", "superseded")


def make_goals(apps, schema_editor):
    """Give each goal that was ever signed a row of its own, with its state and their dates."""
    AgreedGoal, Goal, GoalChange = (
        apps.get_model("agreements", name) for name in ("AgreedGoal", "Goal", "GoalChange")
    )
    Transition = apps.get_model("workflow", "Transition")
    agreed = AgreedGoal._base_manager.filter(version__state__in=SIGNED)
    related = "version__agreement__match__mentee"
    made, histories = {}, {}
    for old in agreed.select_related(related).order_by("version__number", "position", "pk"):
        match, version = old.version.agreement.match, old.version
        steps = list(
            Transition._base_manager.filter(about_type="agreements.goal", about_id=old.pk)
            .order_by("at", "pk").values_list("pk", "to_state", "at")
        )
        reached = [at for _pk, state, at in steps if state == "reached"]
        row = made.get((match.pk, old.key))
        is_new = row is None
        if row is None:
            row = made[match.pk, old.key] = Goal(
                match=match, person_id=match.mentee.person_id, key=old.key,
                created_at=version.signed_at,
            )
        row.is_agreed = version.state == "signed"
        row.position, row.text, row.measure, row.state = (
            old.position, old.text, old.measure, old.state,
        )
        row.reached_at = None
        if old.state == "reached":
            row.reached_at = reached[-1] if reached else version.signed_at
        row.save()
        if is_new:
            GoalChange(goal=row, kind="agreed", at=version.signed_at).save()
        histories.setdefault(row.pk, []).extend(pk for pk, _state, _at in steps)
    for pk, steps in histories.items():
        Transition._base_manager.filter(pk__in=steps).update(about_id=pk)


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0005_goals'),
        ('workflow', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(make_goals, migrations.RunPython.noop),
    ]
