from django.urls import path

from jobs import views

app_name = "jobs"
urlpatterns = [
    path("jobs/<int:pk>/", views.detail, name="detail"),
    path("jobs/<int:pk>/progress/", views.progress, name="progress"),
    path("jobs/<int:pk>/file/", views.download, name="download"),
    path("jobs/<int:pk>/cancel/", views.take_back, name="cancel"),
]
