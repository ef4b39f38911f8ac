"""Addresses of micro-lessons, courses, sign-offs and certificates."""

from django.urls import path

from courses.views import certificates, classes, files, learning, micro_lessons, signing

app_name = "courses"

urlpatterns = [
    path("lessons/", micro_lessons.lessons, name="list"),
    path("lessons/<slug:code>/", micro_lessons.lesson, name="lesson"),
    path("lessons/<slug:code>/offline/", micro_lessons.offline, name="offline"),
    path("lessons/<slug:code>/again/", micro_lessons.again, name="again"),
    path("lessons/views/<int:pk>/", micro_lessons.view, name="view"),
    path("lessons/views/<int:pk>/decide/", micro_lessons.decide, name="decide"),
    path("lessons/views/<int:pk>/progress/", micro_lessons.progress, name="progress"),
    path("lessons/views/<int:pk>/finish/", micro_lessons.finish, name="finish"),
    path("lessons/files/<int:pk>/", files.file, name="file"),
    path("lessons/files/<int:pk>/captions/", files.captions, name="captions"),
    path("courses/", learning.mine, name="mine"),
    path("courses/<slug:code>/begin/", learning.begin, name="begin"),
    path("courses/cycles/<int:pk>/", learning.cycle, name="cycle"),
    path("courses/cycles/<int:pk>/exam/", learning.exam, name="exam"),
    path("courses/cycles/<int:pk>/confirm/", signing.confirm_level, name="confirm_level"),
    path("courses/cycles/<int:pk>/items/<int:seq>/", signing.sign, name="sign"),
    path("courses/items/<int:pk>/photo/", signing.photo, name="photo"),
    path("courses/items/<int:pk>/confirm/", signing.confirm_item, name="confirm_item"),
    path(
        "courses/cycles/<int:pk>/lessons/<slug:code>/", learning.course_lesson, name="course_lesson"
    ),
    path(
        "courses/cycles/<int:pk>/lessons/<slug:code>/pause/",
        learning.pause_lesson,
        name="pause_lesson",
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
    path("courses/cycles/<int:pk>/mentor/", classes.mentor, name="mentor"),
    path("courses/cycles/<int:pk>/extra-time/", classes.extra_time, name="extra_time"),
    path("courses/cycles/<int:pk>/exempt/", classes.exempt, name="exempt"),
    path("courses/scores/<int:pk>/correct/", classes.correct, name="correct"),
    path("courses/certificates/<int:pk>/revoke/", classes.revoke, name="revoke"),
    path("training/classes/", classes.classes, name="classes"),
    path("training/classes/new/", classes.new_class, name="new_class"),
    path("training/classes/template/", classes.class_template, name="class_template"),
    path("training/classes/<int:pk>/", classes.training_class, name="class"),
    path("training/classes/<int:pk>/codes/", classes.first_codes, name="first_codes"),
    path("training/classes/<int:pk>/roll/<slug:code>/", classes.roll, name="roll"),
    path("training/classes/<int:pk>/scores/<slug:code>/", classes.scores, name="scores"),
    path(
        "training/certificates/print/", certificates.print_certificates, name="print_certificates"
    ),
    path("courses/certificates/<int:pk>/", certificates.paper, name="paper"),
    path("certificates/<str:token>/", certificates.verify, name="verify"),
]
