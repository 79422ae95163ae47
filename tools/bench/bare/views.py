"""The pages, each as a tutorial would write it when it knows about select_related."""

import hashlib

import orjson
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from tools.bench.bare.models import Author, Post

PER_PAGE = 25


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def one(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Author.objects.get(pk=1).name, content_type="text/plain")


def latest(request: HttpRequest) -> HttpResponse:
    posts = Post.objects.select_related("author").prefetch_related("tags")
    return render(request, "bare/list.html", {"posts": posts.order_by("-published_at")[:PER_PAGE]})


def author(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Author, pk=pk)
    posts = person.posts.prefetch_related("tags").order_by("-published_at")[:PER_PAGE]
    return render(request, "bare/list.html", {"posts": posts, "person": person})


def post(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(
        Post.objects.select_related("author").prefetch_related("tags", "comments__author"), pk=pk
    )
    return render(request, "bare/post.html", {"post": found})


def kept(request: HttpRequest, pk: int) -> HttpResponse:
    """A page from the cache, whole, with its ETag."""
    key = f"post:{pk}"
    held = cache.get(key)
    if held is None:
        content = post(request, pk).content
        held = content, f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
        cache.set(key, held)
    content, etag = held
    answer = HttpResponse(content, headers={"ETag": etag})
    return get_conditional_response(request, etag=etag, response=answer)


class JsonRenderer(BaseRenderer):
    media_type, format, charset = "application/json", "json", None

    def render(self, data, accepted_media_type=None, renderer_context=None) -> bytes:
        return orjson.dumps(data)


COLUMNS = ("id", "title", "summary", "html", "published_at", "author_id", "author__name")


class PostList(APIView):
    """Rows as they come."""

    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (JsonRenderer,)

    def get(self, request) -> Response:
        rows = Post.objects.order_by("-published_at").values(*COLUMNS)
        return Response({"items": list(rows[:20])})


class OnePost(PostList):
    """One row as it comes."""

    def get(self, request, pk: int) -> Response:
        return Response(Post.objects.values(*COLUMNS).get(pk=pk))
