"""Addresses of the front pages."""

from django.urls import path

from home.views import learn, me, search

app_name = "home"

urlpatterns = [
    path("", learn.learn, name="learn"),
    path("me/", me.me, name="me"),
    path("search/", search.search, name="search"),
]
