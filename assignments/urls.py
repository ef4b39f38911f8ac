"""Addresses of duties and of the branch's page."""

from django.urls import path

from assignments import views

app_name = "assignments"

urlpatterns = [
    path("learning/<int:pk>/", views.detail, name="detail"),
    path("learning/<int:pk>/start/", views.start, name="start"),
    path("branch/", views.branch, name="branch"),
]
