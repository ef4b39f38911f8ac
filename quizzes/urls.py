"""Addresses of quizzes."""

from django.urls import path

from quizzes.views import answering, marking

app_name = "quizzes"

urlpatterns = [
    path("quiz/start/", answering.start, name="start"),
    path("quiz/start-position/", answering.start_position, name="start_position"),
    path("quiz/review/", answering.review, name="review"),
    path("quiz/review/start/", answering.start_review, name="start_review"),
    path("quiz/marking/", marking.piles, name="marking"),
    path("quiz/marking/<int:version>/", marking.pile, name="marking_pile"),
    path("quiz/marking/again/<int:pk>/", marking.correct, name="correct_mark"),
    path("quiz/<int:pk>/", answering.attempt, name="attempt"),
    path("quiz/<int:pk>/hand-in/", answering.hand_in, name="hand_in"),
    path("quiz/<int:pk>/result/", answering.result, name="result"),
    path("quiz/<int:pk>/<int:number>/", answering.question, name="question"),
    path("quiz/<int:pk>/<int:number>/save/", answering.save, name="save"),
]
