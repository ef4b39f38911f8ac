"""The database itself refuses to change or delete a step of an order or a version of a finding."""

from django.db import migrations

TABLES = {
    "risk_warnings_orderstep": "the steps of an order",
    "risk_warnings_findingversion": "the versions of a finding",
}


def protect(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table, what in TABLES.items():
        if postgresql:
            schema_editor.execute(
                f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{what} are append-only'; END $$"
            )
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
            )
            continue
        for event in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{what} are append-only'); END"
            )


def unprotect(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        if postgresql:
            schema_editor.execute(f"DROP TRIGGER {table}_no_change ON {table}")
            schema_editor.execute(f"DROP FUNCTION {table}_append_only()")
            continue
        for event in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_no_{event}")


class Migration(migrations.Migration):
    dependencies = [("risk_warnings", "0001_initial")]

    operations = [migrations.RunPython(protect, unprotect)]
