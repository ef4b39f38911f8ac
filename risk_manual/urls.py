"""Addresses of the manual. Its root is also the address of Wagtail's index page."""

from django.urls import path

from risk_manual import views

app_name = "risk_manual"

urlpatterns = [
    path("manual/", views.browse, name="browse"),
    path("manual/mine/", views.mine, name="mine"),
    path("manual/edition/", views.edition, name="edition"),
    path("manual/points/<slug:code>/", views.point, name="point"),
]
