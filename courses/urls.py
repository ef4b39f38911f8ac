"""Addresses of micro-lessons."""

from django.urls import path

from courses import views

app_name = "courses"

urlpatterns = [
    path("lessons/", views.lessons, name="list"),
    path("lessons/<slug:code>/", views.lesson, name="lesson"),
    path("lessons/<slug:code>/again/", views.again, name="again"),
    path("lessons/views/<int:pk>/", views.view, name="view"),
    path("lessons/views/<int:pk>/decide/", views.decide, name="decide"),
    path("lessons/views/<int:pk>/progress/", views.progress, name="progress"),
    path("lessons/views/<int:pk>/finish/", views.finish, name="finish"),
]
