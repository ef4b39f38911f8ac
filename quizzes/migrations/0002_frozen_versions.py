"""The database itself refuses to change a version; what an answer rests on cannot be deleted."""

from django.db import migrations

SQLITE = [
    "CREATE TRIGGER quizzes_version_no_update BEFORE UPDATE ON quizzes_questionversion "
    "BEGIN SELECT RAISE(ABORT, 'a version of a question is frozen'); END",
]
POSTGRESQL = [
    "CREATE FUNCTION quizzes_version_frozen() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'a version of a question is frozen'; END $$",
    "CREATE TRIGGER quizzes_version_no_update BEFORE UPDATE ON quizzes_questionversion "
    "FOR EACH ROW EXECUTE FUNCTION quizzes_version_frozen()",
]


def protect(apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "DROP TRIGGER quizzes_version_no_update ON quizzes_questionversion"
        )
        schema_editor.execute("DROP FUNCTION quizzes_version_frozen()")
    else:
        schema_editor.execute("DROP TRIGGER quizzes_version_no_update")


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0001_initial")]

    operations = [migrations.RunPython(protect, unprotect)]
