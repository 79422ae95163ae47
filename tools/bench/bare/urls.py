"""Addresses of the yardstick."""

from django.urls import path

from tools.bench.bare import views

urlpatterns = [
    path("hello", views.hello),
    path("", views.latest),
    path("authors/<int:pk>/", views.author, name="author"),
    path("posts/<int:pk>/", views.post, name="post"),
]
