"""Addresses of the case library. Its root is also the address of Wagtail's index page."""

from django.urls import path

from cases import views

app_name = "cases"

urlpatterns = [
    path("cases/", views.cases, name="list"),
    path("cases/<slug:code>/", views.case, name="case"),
]
