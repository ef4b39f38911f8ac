"""Addresses of log-in and display, the roster, commitments and declarations."""

from django.urls import path

from people.views import accounts, roster, statements

app_name = "people"

urlpatterns = [
    path("login/", accounts.login_view, name="login"),
    path("logout/", accounts.logout_view, name="logout"),
    path("password/first/", accounts.choose_password, name="choose_password"),
    path("preferences/", accounts.preferences, name="preferences"),
    path("rosters/", roster.rosters, name="rosters"),
    path("rosters/template/", roster.template, name="roster_template"),
    path("rosters/<int:pk>/", roster.roster, name="roster"),
    path("rosters/<int:pk>/codes/", roster.first_codes, name="first_codes"),
    path("me/commitment/", statements.commitment, name="commitment"),
    path("me/declaration/", statements.declaration, name="declaration"),
    path("interests/", statements.interests, name="interests"),
    path("interests/<int:pk>/", statements.interests_of, name="interests_of"),
]
