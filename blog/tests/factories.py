"""The named cast and their texts; every state is reached through actions."""

from accounts.models import User
from accounts.tests.factories import make_person
from blog import actions
from blog.models import Post

__all__ = ["BODY", "make_article", "make_draft", "make_note", "make_person"]

BODY = """도커로 **장고(Django)**를 올리는 방법을 적는다.

## 준비

먼저 이미지를 만든다.

## 실행

```python title="app.py"
print("안녕, 마당")
```

## 마무리

https://example.com을 참고하자.
"""


def make_article(author: User, title: str = "도커로 배포하기", **changes) -> Post:
    """A published article of ``author``."""
    published_at = changes.pop("published_at", None)
    post = make_draft(author, title, **changes)
    return actions.publish_post(post, actor=author, published_at=published_at)


def make_draft(author: User, title: str = "쓰다 만 글", **changes) -> Post:
    """A draft of ``author``."""
    return actions.create_article(actor=author, **({"title": title, "source": BODY} | changes))


def make_note(author: User, source: str = "오늘은 김밥을 말았다. #점심", **options) -> Post:
    """A published note of ``author``."""
    return actions.write_note(actor=author, source=source, **options)
