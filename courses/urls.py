"""Addresses of micro-lessons, courses, sign-offs and certificates."""

from django.urls import path

from courses.views import certificates, learning, micro_lessons, signing

app_name = "courses"

urlpatterns = [
    path("lessons/", micro_lessons.lessons, name="list"),
    path("lessons/<slug:code>/", micro_lessons.lesson, name="lesson"),
    path("lessons/<slug:code>/again/", micro_lessons.again, name="again"),
    path("lessons/views/<int:pk>/", micro_lessons.view, name="view"),
    path("lessons/views/<int:pk>/decide/", micro_lessons.decide, name="decide"),
    path("lessons/views/<int:pk>/progress/", micro_lessons.progress, name="progress"),
    path("lessons/views/<int:pk>/finish/", micro_lessons.finish, name="finish"),
    path("courses/", learning.mine, name="mine"),
    path("courses/<slug:code>/begin/", learning.begin, name="begin"),
    path("courses/cycles/<int:pk>/", learning.cycle, name="cycle"),
    path("courses/cycles/<int:pk>/exam/", learning.exam, name="exam"),
    path("courses/cycles/<int:pk>/confirm/", signing.confirm_level, name="confirm_level"),
    path("courses/cycles/<int:pk>/items/<int:seq>/", signing.sign, name="sign"),
    path("courses/items/<int:pk>/confirm/", signing.confirm_item, name="confirm_item"),
    path(
        "courses/cycles/<int:pk>/lessons/<slug:code>/", learning.course_lesson, name="course_lesson"
    ),
    path(
        "courses/cycles/<int:pk>/lessons/<slug:code>/finish/",
        learning.finish_lesson,
        name="finish_lesson",
    ),
    path(
        "courses/cycles/<int:pk>/lessons/<slug:code>/checks/<slug:check>/",
        learning.answer_check,
        name="answer_check",
    ),
    path("courses/certificates/<int:pk>/", certificates.paper, name="paper"),
    path("certificates/<str:token>/", certificates.verify, name="verify"),
]
