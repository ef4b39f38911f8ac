"""Addresses of log-in and display."""

from django.urls import path

from people import views

app_name = "people"

urlpatterns = [
    path("login/", views.login_view, name="login"),
    path("logout/", views.logout_view, name="logout"),
    path("password/first/", views.choose_password, name="choose_password"),
    path("preferences/", views.preferences, name="preferences"),
]
