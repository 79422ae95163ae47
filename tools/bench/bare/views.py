"""The pages, each as a tutorial would write it when it knows about select_related."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from tools.bench.bare.models import Author, Post

PER_PAGE = 25


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def latest(request: HttpRequest) -> HttpResponse:
    posts = Post.objects.select_related("author").prefetch_related("tags")
    return render(request, "bare/list.html", {"posts": posts.order_by("-published_at")[:PER_PAGE]})


def author(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Author, pk=pk)
    posts = person.posts.prefetch_related("tags").order_by("-published_at")[:PER_PAGE]
    return render(request, "bare/list.html", {"posts": posts, "person": person})


def post(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Post.objects.select_related("author"), pk=pk)
    newer = list(found.author.posts.order_by("-published_at")[:3])
    return render(request, "bare/post.html", {"post": found, "newer": newer})
