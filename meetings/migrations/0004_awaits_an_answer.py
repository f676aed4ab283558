from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0003_existing_proposals")]

    operations = [
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('awaiting__isnull', False), ('lapses_at__isnull', False), ('state', 'proposed')), models.Q(('awaiting__isnull', False), ('lapses_at__isnull', False), ('state', 'set')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('awaiting', None)), _connector='OR'), name='meeting_awaits_an_answer_while_open'),
        ),
    ]
