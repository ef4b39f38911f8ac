"""All addresses. Wagtail's pages come last, because they catch what is left."""

from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

urlpatterns = [
    path("editor/", include(wagtailadmin_urls)),
    path("", include("people.urls")),
    path("", include("notifications.urls")),
    path("", include("jobs.urls")),
    path("", include("assignments.urls")),
    path("", include("education_sessions.urls")),
    path("", include("courses.urls")),
    path("", include("cases.urls")),
    path("", include("quizzes.urls")),
    path("", include("risk_manual.urls")),
    path("", include("risk_warnings.urls")),
    path("", include("home.urls")),
    path("", include(wagtail_urls)),
]
