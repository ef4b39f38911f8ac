"""Addresses of micro-lessons."""

from django.urls import path

from courses.views import micro_lessons

app_name = "courses"

urlpatterns = [
    path("lessons/", micro_lessons.lessons, name="list"),
    path("lessons/<slug:code>/", micro_lessons.lesson, name="lesson"),
    path("lessons/<slug:code>/again/", micro_lessons.again, name="again"),
    path("lessons/views/<int:pk>/", micro_lessons.view, name="view"),
    path("lessons/views/<int:pk>/decide/", micro_lessons.decide, name="decide"),
    path("lessons/views/<int:pk>/progress/", micro_lessons.progress, name="progress"),
    path("lessons/views/<int:pk>/finish/", micro_lessons.finish, name="finish"),
]
