"""Addresses of quizzes."""

from django.urls import path

from quizzes import views

app_name = "quizzes"

urlpatterns = [
    path("quiz/start/", views.start, name="start"),
    path("quiz/start-position/", views.start_position, name="start_position"),
    path("quiz/review/", views.review, name="review"),
    path("quiz/review/start/", views.start_review, name="start_review"),
    path("quiz/<int:pk>/", views.attempt, name="attempt"),
    path("quiz/<int:pk>/result/", views.result, name="result"),
    path("quiz/<int:pk>/<int:number>/", views.question, name="question"),
    path("quiz/<int:pk>/<int:number>/save/", views.save, name="save"),
]
