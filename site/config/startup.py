"""What is refused when a server or a worker starts."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection


def refuse_demonstration() -> None:
    """Refuse to serve a database that holds the demonstration's accounts as a real installation.

    :raises ImproperlyConfigured: then; their password is known to everybody.
    """
    if settings.DEMO:
        return
    with connection.cursor() as cursor:
        if "demo_demorun" not in connection.introspection.table_names(cursor):
            return
        cursor.execute("SELECT count(*) FROM demo_demorun")
        row = cursor.fetchone()
    if row and row[0]:
        raise ImproperlyConfigured(
            "this database holds the demonstration and its known passwords: use another one"
        )
