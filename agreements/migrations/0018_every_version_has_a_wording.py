import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("agreements", "0017_wording_of_agreements"),
    ]

    operations = [
        migrations.AlterField(
            model_name="agreementversion",
            name="wording",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agreements.agreementwording",
            ),
        ),
    ]
