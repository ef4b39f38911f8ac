"""Addresses of the case library. Its root is also the address of Wagtail's index page."""

from django.urls import path

from cases.views import checking, lectures, library, reading

app_name = "cases"

urlpatterns = [
    path("cases/", library.cases, name="list"),
    path("cases/checks/", checking.queue, name="checks"),
    path("cases/lectures/<int:pk>/", lectures.lecture, name="lecture"),
    path("cases/lectures/<int:pk>/screen/<int:number>/", lectures.screen, name="screen"),
    path("cases/lectures/<int:pk>/handout/", lectures.handout, name="handout"),
    path("cases/lectures/<int:pk>/practice/", lectures.practice, name="practice"),
    path("cases/<slug:code>/", reading.case, name="case"),
    path("cases/<slug:code>/check/", checking.check, name="check"),
    path("cases/<slug:code>/lecture/", lectures.make, name="make_lecture"),
]
