"""The preview is the published page's own HTML, byte for byte, whatever was typed."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from blog import actions
from blog.models import Post
from config.text import is_blank

PIECES = st.sampled_from(
    [
        "**장고(Django)**를",
        "**“인용”**은",
        "~~취소(x)~~는",
        "https://example.com을",
        "[링크](https://example.com/가)",
        "![그림](/media/images/" + "a" * 32 + "/480.webp)",
        "![밖](https://example.com/그림.png)",
        "@minah에게",
        "@없는사람",
        "#도커",
        "각주[^1]",
        "\n\n[^1]: 각주 글이다.\n\n",
        "\n# 첫 제목\n",
        "\n## 둘째 (준비)\n",
        "\n### 셋째\n",
        "\n- [x] 한 일\n- [ ] 할 일\n",
        "\n1. 하나\n2. 둘\n",
        "\n> 인용문\n",
        "\n| 하나 | 둘 |\n| --- | ---: |\n| 가 | 나 |\n",
        '\n```python title="앱.py"\nprint("안녕")\n```\n',
        "\n```없는말\n<b>\n```\n",
        "`코드`",
        "<script>alert(1)</script>",
        "<b onclick=x>굵게</b>",
        "<div>\n",
        "\r\n",
        "\n\n---\n\n",
        "ㅋㅋㅋㅋ",
        "👨‍👩‍👧‍👦",
        "각",
        "\t",
        "\x0b",
        "\u200b",
        "\\*",
        "&amp;",
        "*",
        "[",
        "]",
        "(",
        "``",
        " ",
    ]
)
SOURCES = st.one_of(
    st.lists(PIECES, min_size=1, max_size=40).map("".join), st.text(min_size=1, max_size=120)
)


@pytest.mark.behaviour("BL-16")
@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(source=SOURCES)
def test_the_preview_equals_the_published_html_byte_for_byte(as_user, minah, send, source):
    client = as_user(minah)
    with transaction.atomic():
        shown = send(client, "/write/preview/", {"title": "글", "source": source})
        assert shown.status_code == 200
        if not is_blank(source.encode("utf-8", "replace").decode()):
            actions.start_draft(
                actor=minah, origin_key="form:y", changes={"title": "글", "source": source}
            )
            actions.publish_post(actions.post_of(minah, "form:y"), actor=minah)
            assert shown.content == Post.objects.get().html.encode()
        transaction.set_rollback(True)
