"""Addresses of the yardstick."""

from django.urls import path

from tools.bench.bare import views

urlpatterns = [
    path("hello", views.hello),
    path("one", views.one),
    path("", views.latest),
    path("authors/<int:pk>/", views.author, name="author"),
    path("posts/<int:pk>/", views.post, name="post"),
    path("kept/<int:pk>/", views.kept),
    path("api/posts/", views.PostList.as_view()),
    path("api/posts/<int:pk>/", views.OnePost.as_view()),
]
