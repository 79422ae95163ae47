"""Make the yardstick's tables and fill them with as much text as the demo has."""

import random
from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from tools.bench.bare.models import Author, Comment, Post, Tag

AUTHORS, TAGS, POSTS, TAGS_PER_POST = 200, 40, 4_000, 2
WORDS = ("마당", "저녁", "골목", "서버", "배포", "기록", "커피", "바람", "질문", "코드")


def fill() -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)
    pick = random.Random(20)
    now = timezone.now()

    def sentence(length: int) -> str:
        return " ".join(pick.choices(WORDS, k=length)) + "."

    authors = Author.objects.bulk_create(
        Author(name=f"{WORDS[i % len(WORDS)]}{i}") for i in range(AUTHORS)
    )
    tags = Tag.objects.bulk_create(Tag(name=f"{pick.choice(WORDS)}{i}") for i in range(TAGS))
    posts = Post.objects.bulk_create(
        Post(
            author=pick.choice(authors),
            title=sentence(5),
            summary=sentence(25),
            html="".join(f"<p>{sentence(60)}</p>" for _ in range(7)),
            published_at=now - timedelta(hours=i),
        )
        for i in range(POSTS)
    )
    links = Post.tags.through
    links.objects.bulk_create(
        links(post=post, tag=tag) for post in posts for tag in pick.sample(tags, TAGS_PER_POST)
    )
    Comment.objects.bulk_create(
        Comment(post=post, author=pick.choice(authors), html=f"<p>{sentence(15)}</p>")
        for post in posts[::3]
        for _ in range(2)
    )
