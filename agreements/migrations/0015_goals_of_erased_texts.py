from django.db import migrations
from django.db.models import Q

ERASED = "@erased.invalid"  # how the address of an erased person ends


def erase_again(apps, schema_editor):
    """Empty the goals and activities that were made of signed texts after their erasure."""
    Goal, GoalChange, GoalStep, Activity = (
        apps.get_model("agreements", name)
        for name in ("Goal", "GoalChange", "GoalStep", "Activity")
    )
    is_over = Q(match__texts_erased_at__isnull=False)
    goals = Goal._base_manager.filter(is_over | Q(person__email__endswith=ERASED))
    pks = list(goals.filter(texts_erased=False).values_list("pk", flat=True))
    for words in (GoalChange, GoalStep):
        words._base_manager.filter(goal__in=pks).delete()
    emptied = {"text": "", "measure": "", "why": "", "target_on": None, "texts_erased": True}
    Goal._base_manager.filter(pk__in=pks).update(**emptied)
    of_mentee = Q(author=None, match__mentee__person__email__endswith=ERASED)
    Activity._base_manager.filter(is_over | of_mentee).update(text="")


def date_reached_goals(apps, schema_editor):
    """Let a goal be reached on the day it was, not when a later version was signed."""
    Goal, Transition = apps.get_model("agreements", "Goal"), apps.get_model("workflow", "Transition")
    moves = Transition._base_manager.filter(about_type="agreements.goal", to_state="reached")
    latest = dict(moves.order_by("at", "pk").values_list("about_id", "at"))
    for goal in Goal._base_manager.filter(state="reached", pk__in=latest).iterator():
        if goal.reached_at != latest[goal.pk]:
            Goal._base_manager.filter(pk=goal.pk).update(reached_at=latest[goal.pk])


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0014_activities_of_agreements'),
        ('workflow', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(erase_again, migrations.RunPython.noop),
        migrations.RunPython(date_reached_goals, migrations.RunPython.noop),
    ]
