import access.ids
import access.text
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Sweeper',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('instance_id', models.CharField(blank=True, max_length=64)),
                ('epoch', models.BigIntegerField(default=0)),
                ('swept_at', models.DateTimeField(null=True)),
                ('planned_at', models.DateTimeField(null=True)),
                ('failing_planners', models.JSONField(default=list)),
                ('refused', models.CharField(blank=True, max_length=200)),
                ('lost_answers', models.PositiveSmallIntegerField(default=0)),
                ('failed_connections', models.PositiveSmallIntegerField(default=0)),
                ('paused_until', models.DateTimeField(null=True)),
                ('pause_reason', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_sweeper_row')],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', access.ids.PublicIdField()),
                ('key', models.CharField(editable=False, max_length=200, unique=True)),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('stream', models.CharField(choices=[('essential', 'What concerns your part in the program'), ('optional', 'Reminders and suggestions'), ('digest', 'Summaries for committee members')], max_length=10, verbose_name='stream')),
                ('is_urgent', models.BooleanField(default=False, verbose_name='urgent')),
                ('address', access.text.EncryptedTextField(editable=False, null=True)),
                ('about_type', models.CharField(blank=True, max_length=60)),
                ('about_id', models.BigIntegerField(null=True)),
                ('ordinal', models.PositiveIntegerField(default=1, verbose_name='number')),
                ('body', access.text.EncryptedTextField(editable=False, null=True)),
                ('state', models.CharField(choices=[('pending', 'Waiting'), ('sending', 'On its way'), ('sent', 'Sent'), ('failed', 'Failed'), ('cancelled', 'Not needed any more'), ('expired', 'Too late'), ('held', 'Held back')], default='pending', max_length=10, verbose_name='state')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='owed since')),
                ('due_at', models.DateTimeField(verbose_name='due at')),
                ('next_at', models.DateTimeField(verbose_name='next try at')),
                ('expires_at', models.DateTimeField(null=True, verbose_name='makes no sense after')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('unknown', models.PositiveSmallIntegerField(default=0, verbose_name='tries without an answer')),
                ('lease_token', models.CharField(blank=True, editable=False, max_length=22)),
                ('lease_until', models.DateTimeField(editable=False, null=True)),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent at')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='over since')),
                ('reason', models.CharField(blank=True, max_length=120, verbose_name='reason')),
                ('smtp_code', models.PositiveSmallIntegerField(null=True, verbose_name='answer of the mail server')),
                ('error', models.CharField(blank=True, max_length=300, verbose_name='last problem')),
                ('message_id', models.CharField(blank=True, db_index=True, editable=False, max_length=200)),
                ('acted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='last acted on by')),
                ('recipient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='to')),
            ],
            options={
                'verbose_name': 'e-mail',
                'verbose_name_plural': 'outbox',
                'ordering': ['-due_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['-is_urgent', 'next_at'], name='notification_due'), models.Index(condition=models.Q(('state', 'sending')), fields=['lease_until'], name='notification_leased'), models.Index(fields=['about_type', 'about_id'], name='notification_about'), models.Index(fields=['recipient', 'sent_at'], name='notification_weekly')],
                'constraints': [models.CheckConstraint(condition=models.Q(('recipient__isnull', False), ('address__isnull', False), _connector='OR'), name='notification_has_an_address'), models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'sending'), models.Q(('lease_token', ''), _negated=True)), models.Q(models.Q(('state', 'sending'), _negated=True), ('lease_token', ''), ('lease_until', None)), _connector='OR'), name='notification_lease_only_while_sending'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at', None)), _connector='OR'), name='notification_sent_has_a_moment'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['sent', 'failed', 'cancelled', 'expired'])), models.Q(('ended_at', None), ('state__in', ['pending', 'sending', 'held'])), _connector='OR'), name='notification_end_has_a_moment'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['failed', 'cancelled', 'expired', 'held']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='notification_end_has_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['sent', 'cancelled', 'expired']), _negated=True), ('body__isnull', True), _connector='OR'), name='notification_body_is_wiped'), models.CheckConstraint(condition=models.Q(('expires_at', None), ('expires_at__gt', models.F('due_at')), _connector='OR'), name='notification_expires_after_due')],
            },
        ),
        migrations.CreateModel(
            name='Silence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stream', models.CharField(choices=[('essential', 'What concerns your part in the program'), ('optional', 'Reminders and suggestions'), ('digest', 'Summaries for committee members')], max_length=10, verbose_name='stream')),
                ('until', models.DateTimeField(null=True, verbose_name='until')),
                ('since', models.DateTimeField(default=django.utils.timezone.now, verbose_name='since')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'silence',
                'verbose_name_plural': 'silences',
                'constraints': [models.UniqueConstraint(fields=('person', 'stream'), name='one_silence_per_stream'), models.CheckConstraint(condition=models.Q(('stream', 'essential'), _negated=True), name='essential_is_never_silent')],
            },
        ),
    ]
