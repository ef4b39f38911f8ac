"""Values drawn anew each time a question is asked."""

import wagtail.fields
from django.db import migrations, models


FROZEN = (
    "CREATE TRIGGER quizzes_version_no_update BEFORE UPDATE ON quizzes_questionversion "
    "BEGIN SELECT RAISE(ABORT, 'a version of a question is frozen'); END"
)


def freeze_again(apps, schema_editor):
    """SQLite makes the table anew for a column, and its trigger goes with the old one."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS quizzes_version_no_update")
        schema_editor.execute(FROZEN)


class Migration(migrations.Migration):

    dependencies = [
        ('quizzes', '0002_frozen_versions'),
    ]

    operations = [
        migrations.AddField(
            model_name='answer',
            name='drawn',
            field=models.JSONField(default=dict, verbose_name='抽到的参数'),
        ),
        migrations.AddField(
            model_name='question',
            name='parameters',
            field=wagtail.fields.StreamField([('number', 4), ('date', 8), ('choice', 10)], blank=True, block_lookup={0: ('wagtail.blocks.CharBlock', (), {'help_text': '题里写成{参数名}', 'label': '参数名', 'max_length': 20}), 1: ('wagtail.blocks.DecimalBlock', (), {'label': '从'}), 2: ('wagtail.blocks.DecimalBlock', (), {'label': '到'}), 3: ('wagtail.blocks.DecimalBlock', (), {'default': 1, 'label': '间隔'}), 4: ('wagtail.blocks.StructBlock', [[('name', 0), ('low', 1), ('high', 2), ('step', 3)]], {}), 5: ('wagtail.blocks.DateBlock', (), {'label': '从'}), 6: ('wagtail.blocks.DateBlock', (), {'label': '到'}), 7: ('wagtail.blocks.IntegerBlock', (), {'default': 1, 'label': '间隔（天）', 'min_value': 1}), 8: ('wagtail.blocks.StructBlock', [[('name', 0), ('low', 5), ('high', 6), ('step', 7)]], {}), 9: ('wagtail.blocks.TextBlock', (), {'help_text': '一行一个', 'label': '取值', 'rows': 4}), 10: ('wagtail.blocks.StructBlock', [[('name', 0), ('values', 9)]], {})}, help_text='每次出题都重新抽取的数、日期或词。题干、选项、答案和解析里写{容量}放抽到的值，写{=容量*30}放算出来的值。没有参数就留空。', verbose_name='参数'),
        ),
        migrations.AddField(
            model_name='questionversion',
            name='parameters',
            field=models.JSONField(default=list, verbose_name='参数'),
        ),
        migrations.RunPython(freeze_again, freeze_again),
    ]
