"""Many people and posts at once, as rows: what thousands of actions would have left behind."""

import random
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from accounts.models import User
from blog.models import Post, PostTag, Series, SeriesFollow, Tag, TagFollow
from social.models import Block, Follow, Mute, MutedTerm

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
WORDS = ("김장", "Django", "straße", "바다", "ΟΔΟΣ", "고양이", "100%")
TITLES = (
    "김장하는 날",
    "DJANGO로 만든 마당",
    "Die STRASSE",
    "οδος",
    "그냥 글",
    "100% 진심",
    "100점",
)


class Crowd:
    """A random small society around ``reader``, the same for the same ``seed``."""

    def __init__(self, seed: int, people: int = 14, posts: int = 160):
        self.dice = random.Random(seed)
        self.people = self._people(people)
        self.reader = self.people[0]
        self.tags = Tag.objects.bulk_create(
            Tag(name=name, key=name.casefold(), is_banned=name == "금지")
            for name in ("도커", "바다", "Django", "금지", "하늘")
        )
        self.series = Series.objects.bulk_create(
            Series(author=author, title=f"연재 {author.pk}", slug="yeonjae")
            for author in self.people[:8]
        )
        self.posts = self._posts(posts)
        self._relations()
        self._mutes()
        self.reader.refresh_from_db()

    def _people(self, number: int) -> list[User]:
        states = ["active"] * 9 + ["limited", "suspended", "leaving", "erased"]
        names = [f"p{place}" for place in range(number)]
        return User.objects.bulk_create(
            User(
                handle=name,
                handle_key=name,
                state=self.dice.choice(states) if place else "active",
            )
            for place, name in enumerate(names)
        )

    def _posts(self, number: int) -> list[Post]:
        dice = self.dice
        made = Post.objects.bulk_create(
            Post(
                author=dice.choice(self.people),
                kind="note",
                status=dice.choice(["published"] * 6 + ["draft", "held", "deleted"]),
                visibility=dice.choice(
                    ["public"] * 5 + ["followers"] * 2 + ["unlisted", "private"]
                ),
                title=dice.choice(TITLES),
                source=dice.choice(TITLES) if dice.random() < 0.3 else "본문",
                # Few moments for many posts: ties are what a cursor stumbles over.
                published_at=START + timedelta(minutes=dice.randrange(number // 3)),
            )
            for _ in range(number)
        )
        rows = []
        for post in made:
            if dice.random() < 0.2:
                own = [held for held in self.series if held.author_id == post.author_id]
                post.series = own[0] if own else None
            for tag in dice.sample(self.tags, dice.choice((0, 0, 1, 2))):
                rows.append(PostTag(post=post, tag=tag, published_at=post.published_at))
        Post.objects.bulk_update(made, ["series"])
        PostTag.objects.bulk_create(rows)
        return made

    def _relations(self) -> None:
        dice, reader = self.dice, self.reader
        others = self.people[1:]
        followed = dice.sample(others, dice.randrange(len(others)))
        Follow.objects.bulk_create(Follow(follower=reader, followed=one) for one in followed)
        User.objects.filter(pk=reader.pk).update(following_count=len(followed))
        for tag in dice.sample(self.tags, dice.randrange(4)):
            TagFollow.objects.create(person=reader, tag=tag)
        for series in dice.sample(self.series, dice.randrange(4)):
            SeriesFollow.objects.create(person=reader, series=series)
        for one in dice.sample(others, dice.randrange(3)):
            pair = (reader, one) if dice.random() < 0.5 else (one, reader)
            Block.objects.create(blocker=pair[0], blocked=pair[1])

    def _mutes(self) -> None:
        dice, reader, now = self.dice, self.reader, timezone.now()
        over, still = now - timedelta(days=1), now + timedelta(days=1)
        for one in dice.sample(self.people[1:], dice.randrange(4)):
            Mute.objects.create(muter=reader, muted=one, until=dice.choice((None, over, still)))
        for word in dice.sample(WORDS, dice.randrange(3)):
            mute_term(reader, "word", word, until=dice.choice((None, over, still)))
        if dice.random() < 0.4:
            mute_term(reader, "tag", "바다")


def mute_term(person: User, kind: str, text: str, until=None) -> MutedTerm:
    from config.text import identity_key

    return MutedTerm.objects.create(
        person=person, kind=kind, text=text, key=identity_key(text), until=until
    )
