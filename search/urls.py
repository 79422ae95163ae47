"""Addresses of searching."""

from django.urls import path

from search.views import page, suggestions

app_name = "search"
urlpatterns = [
    path("search/", page.search, name="search"),
    path("search/suggest/", suggestions.suggest, name="suggest"),
]
