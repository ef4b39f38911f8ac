"""Addresses of plans, sessions, signing in and calendars."""

from django.urls import path

from education_sessions.views import feeds, planner, sessions, sheets, sign_in, together

app_name = "education_sessions"

urlpatterns = [
    path("sessions/", planner.planner, name="planner"),
    path("sessions/mine/", sessions.mine, name="mine"),
    path("sessions/branches/<int:pk>/plan/<int:year>/", planner.plan, name="plan"),
    path("sessions/branches/<int:pk>/new/", planner.outlines, name="outlines"),
    path("sessions/branches/<int:pk>/new/<slug:key>/", planner.new, name="new"),
    path("sessions/<int:pk>/", sessions.session, name="session"),
    path("sessions/<int:pk>/move/", sessions.move, name="move"),
    path("sessions/<int:pk>/cancel/", sessions.cancel, name="cancel"),
    path("sessions/<int:pk>/leave/", sessions.leave, name="leave"),
    path("sessions/<int:pk>/make-up/", sessions.make_up, name="make_up"),
    path("sessions/<int:pk>/roll/<int:row>/", sessions.roll, name="roll"),
    path("sessions/<int:pk>/answer/", together.answer, name="answer"),
    path("sessions/<int:pk>/hands/", together.hands, name="hands"),
    path("sessions/<int:pk>/sheets/", sheets.add, name="add_sheet"),
    path("sessions/sheets/<int:pk>/", sheets.sheet, name="sheet"),
    path("sessions/<int:pk>/code/", sign_in.code, name="code"),
    path("sessions/<int:pk>/screen/", sign_in.screen, name="screen"),
    path("sessions/<int:pk>/sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/", sign_in.by_code, name="by_code"),
    path("s/<int:pk>/<str:token>/", sign_in.scan, name="scan"),
    path("sessions/calendars/", feeds.feeds, name="feeds"),
    path("sessions/calendars/<int:pk>/renew/", feeds.renew, name="renew"),
    path("calendar/<str:token>.ics", feeds.ics, name="ics"),
]
