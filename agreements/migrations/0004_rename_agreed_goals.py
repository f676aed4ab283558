from django.db import migrations


def rename_indexes(apps, schema_editor):
    """Free the names of indexes for the new tables: PostgreSQL keeps them with a renamed table."""
    if schema_editor.connection.vendor != "postgresql":
        return
    for old, new in (("goal", "agreedgoal"), ("activity", "agreedactivity")):
        prefix, table = f"agreements_{old}_", f"agreements_{new}"
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexname FROM pg_indexes WHERE tablename = %s"
                " AND starts_with(indexname, %s) AND indexname LIKE '%%_like'",
                [table, prefix],
            )
            names = [name for (name,) in cursor.fetchall()]
        for name in names:
            renamed = name.replace(prefix, f"{table}_", 1)
            schema_editor.execute(f'ALTER INDEX "{name}" RENAME TO "{renamed}"')


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0003_reflections'),
    ]

    operations = [
        migrations.RenameModel(old_name='Goal', new_name='AgreedGoal'),
        migrations.RenameModel(old_name='Activity', new_name='AgreedActivity'),
        migrations.AlterModelOptions(
            name='agreedgoal',
            options={'ordering': ['position', 'pk'], 'verbose_name': 'agreed goal', 'verbose_name_plural': 'agreed goals'},
        ),
        migrations.AlterModelOptions(
            name='agreedactivity',
            options={'ordering': ['position', 'pk'], 'verbose_name': 'agreed activity', 'verbose_name_plural': 'agreed activities'},
        ),
        migrations.RunPython(rename_indexes, migrations.RunPython.noop),
    ]
