"""Addresses of relations between people."""

from django.urls import path

from config import converters  # noqa: F401 registers the converters
from social import views

app_name = "social"

urlpatterns = [
    path("@<handle:handle>/follow/", views.follow, name="follow"),
    path("@<handle:handle>/unfollow/", views.unfollow, name="unfollow"),
]
