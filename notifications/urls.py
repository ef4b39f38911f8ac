"""Addresses of the message centre."""

from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/read/", views.read_all, name="read_all"),
    path("messages/<int:pk>/", views.open_message, name="open"),
]
