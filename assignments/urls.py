"""Addresses of duties, of the branch's page and of who trains."""

from django.urls import path

from assignments.views import duties, training

app_name = "assignments"

urlpatterns = [
    path("learning/<int:pk>/", duties.detail, name="detail"),
    path("learning/<int:pk>/start/", duties.start, name="start"),
    path("branch/", duties.branch, name="branch"),
    path("training/", training.overview, name="training"),
    path("training/people/", training.people, name="training_people"),
    path("training/table.xlsx", training.xlsx, name="training_xlsx"),
    path("training/remind/", training.remind_people, name="training_remind"),
    path("training/remind/late/", training.remind_late, name="training_remind_late"),
    path("training/extend/", training.extend_listed, name="training_extend"),
    path("training/allotments/", training.allotments, name="allotments"),
    path("training/allotments/new/", training.allot, name="allot"),
    path(
        "training/allotments/<int:pk>/withdraw/",
        training.take_back_allotment,
        name="withdraw_allotment",
    ),
    path("learning/<int:pk>/extend/", training.extend_duty, name="extend"),
]
