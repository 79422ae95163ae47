"""Moving in: what is kept, what is reported, whole or not at all, and only once."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone, translation
from PIL import Image as Picture

from accounts.tests.factories import make_person
from blog import actions
from blog.importers import apply_plan, plan_import
from blog.models import Image, OldPath, Post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def png(colour: str = "#0b6e5f") -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (40, 20), colour).save(out, "PNG")
    return out.getvalue()


def bring_in(folder: Path, author, **options):
    with plan_import(folder) as plan:
        return plan, list(apply_plan(plan, author=author, **options))


@pytest.fixture
def minah(db):
    return make_person("minah", "미나")


@pytest.mark.behaviour("BL-69", "BL-71", "BL-74")
def test_a_jekyll_blog_keeps_dates_tags_code_links_and_addresses(tmp_path, client, minah):
    write(tmp_path, "_config.yml", "title: 블로그\npermalink: date\n")
    write(
        tmp_path,
        "_posts/2023-05-01-도커로-배포하기.md",
        """---
layout: post
title: "도커로 배포하기"
categories: [개발, 서버]
tags: docker 배포
last_modified_at: 2023-06-01 10:00:00 +0900
redirect_from: /old/docker
---
{% highlight python linenos %}
print("{{ site.url }}")
{% endhighlight %}

{:.lead}
[앞 글]({% post_url 2023-04-01-첫-글 %})과 `{% raw %}` 이야기. {% include ad.html %}

![그림]({{ site.baseurl }}/assets/그림.png)
""",
    )
    write(tmp_path, "_posts/2023-04-01-첫-글.md", "---\ntitle: 첫 글\n---\n안녕\n")
    write(tmp_path, "_drafts/쓰다-만-글.md", "---\ntitle: 쓰다 만 글\n---\n아직\n")
    write(tmp_path, "about.md", "---\nlayout: page\n---\n소개\n")
    write(tmp_path, "assets/그림.png", png())
    plan, outcomes = bring_in(tmp_path, minah)
    assert (plan.kind, len(outcomes)) == ("jekyll", 3)
    post = Post.objects.get(title="도커로 배포하기")
    assert post.slug == "도커로-배포하기"
    assert post.status == "published"
    assert post.published_at.isoformat() == "2023-04-30T15:00:00+00:00"
    assert post.edited_at.isoformat() == "2023-06-01T01:00:00+00:00"
    assert {row.tag.name for row in post.posttag_set.all()} == {"docker", "배포", "개발", "서버"}
    assert '```python\nprint("{{ site.url }}")\n```' in post.source
    assert "{:.lead}" not in post.source
    assert "`{% raw %}`" in post.source
    assert f"[앞 글]({Post.objects.get(title='첫 글').get_absolute_url()})" in post.source
    assert post.images.count() == 1
    assert post.images.get().get_absolute_url() in post.source
    assert [problem.line for problem in plan.problems if "ad" in problem.text] == [14]
    assert Post.objects.get(title="쓰다 만 글").status == "draft"
    for path in ("/개발/서버/2023/05/01/도커로-배포하기.html", "/old/docker"):
        assert client.get(path).headers["Location"] == post.get_absolute_url(), path


@pytest.mark.behaviour("BL-69", "BL-71")
def test_a_hugo_site_with_bundles_shortcodes_and_aliases(tmp_path, client, minah):
    write(
        tmp_path,
        "hugo.toml",
        'baseURL = "https://example.com/"\n[permalinks]\nposts = "/:year/:slug/"\n',
    )
    write(
        tmp_path,
        "content/posts/가을-무/index.md",
        """+++
title = "가을 무"
date = 2024-09-01T08:00:00+09:00
tags = ["텃밭", "가을"]
aliases = ["/무/"]
series = ["텃밭 일기"]
description = "무를 심었다"
[cover]
image = "밭.png"
+++
{{< figure src="밭.png" caption="우리 밭" >}}

{{< youtube dQw4w9WgXcQ >}} {{< 모름 >}}

{{< highlight go "linenos=table" >}}
fmt.Println("{{< 그대로 >}}")
{{< /highlight >}}
""",
    )
    write(tmp_path, "content/posts/가을-무/밭.png", png())
    write(tmp_path, "content/posts/_index.md", "+++\ntitle='목록'\n+++\n")
    plan, _outcomes = bring_in(tmp_path, minah)
    post = Post.objects.get()
    assert plan.kind == "hugo"
    assert (post.title, post.series.title, post.excerpt) == ("가을 무", "텃밭 일기", "무를 심었다")
    assert post.cover == Image.objects.get()
    assert '"우리 밭")' in post.source
    assert "<https://www.youtube.com/watch?v=dQw4w9WgXcQ>" in post.source
    assert 'fmt.Println("{{< 그대로 >}}")' in post.source
    assert "모름" in " ".join(problem.text for problem in plan.problems)
    assert [problem.path for problem in plan.skipped] == ["content/posts/_index.md"]
    for path in ("/2024/가을-무/", "/무/"):
        assert client.get(path).headers["Location"] == post.get_absolute_url(), path


@pytest.mark.behaviour("BL-69", "BL-71")
def test_a_zola_site_with_taxonomies_and_internal_links(tmp_path, client, minah):
    write(tmp_path, "config.toml", 'base_url = "https://example.com"\n')
    head = '+++\ntitle = "{}"\ndate = 2024-01-0{}\n[taxonomies]\ntags = ["러스트"]\n+++\n'
    write(
        tmp_path,
        "content/blog/2024-01-01-하나.md",
        head.format("하나", 1) + "[둘](@/blog/둘.md#끝)\n",
    )
    write(
        tmp_path,
        "content/blog/둘.md",
        head.format("둘", 2) + "{% quote(author='누구') %}\n말\n{% end %}\n",
    )
    plan, _outcomes = bring_in(tmp_path, minah)
    first, second = Post.objects.get(title="하나"), Post.objects.get(title="둘")
    assert plan.kind == "zola"
    assert first.tags.get().name == "러스트"
    assert f"[둘]({second.get_absolute_url()}#끝)" in first.source
    assert "> 말" in second.source
    assert client.get("/blog/하나/").headers["Location"] == first.get_absolute_url()
    assert first.edited_at is None


@pytest.mark.behaviour("BL-71")
def test_plain_files_take_their_title_from_the_heading_and_their_date_from_the_file(
    tmp_path, minah
):
    path = write(tmp_path, "메모/곶감.md", "# 곶감 *백* 개\n\n깎았다.\n")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    bring_in(tmp_path, minah)
    post = Post.objects.get()
    assert (post.title, post.source) == ("곶감 백 개", "깎았다.\n")
    assert int(post.published_at.timestamp()) == 1_700_000_000


@pytest.mark.behaviour("BL-72")
def test_encodings_line_ends_and_forms_are_read_and_a_bad_file_stops_nothing(tmp_path, minah):
    write(tmp_path, "옛글.md", "---\r\ntitle: 옛 글\r\n---\r\n완성형으로 썼다\r\n".encode("cp949"))
    nfd = unicodedata.normalize("NFD", "조합형")
    write(
        tmp_path,
        f"{nfd}.md",
        f"---\ntitle: {nfd}\n---\n![](그림 하나.png)\n".replace("그림 하나", "그림"),
    )
    write(tmp_path, f"{unicodedata.normalize('NFD', '그림')}.png", png())
    write(tmp_path, "바이트.md", "\ufeff# 표식이 있는 글\n\n글\n")
    write(tmp_path, "깨진.md", "---\ntitle: 하나\n  tags: [\n---\n글\n")
    write(tmp_path, "열린.md", "+++\ntitle = '끝이 없다'\n글\n")
    write(tmp_path, "이진.md", b"\xff\xfe\x00\x80\xff")
    write(tmp_path, "큰.md", "# 큰 글\n\n" + "가나다라 마바사.\n\n" * 40_000)
    plan, outcomes = bring_in(tmp_path, minah)
    assert {post.title for post in Post.objects.all()} == {
        "옛 글",
        "조합형",
        "표식이 있는 글",
        "큰 글",
    }
    assert Post.objects.get(title="옛 글").source == "완성형으로 썼다\n"
    assert Post.objects.get(title="조합형").images.count() == 1
    problems = {problem.path: problem for problem in [*plan.problems, *plan.skipped]}
    assert problems["깨진.md"].line == 3
    assert problems["열린.md"].line == 1
    assert "이진.md" in problems
    assert "CP949" in problems["옛글.md"].text
    assert all(outcome.state == "imported" for outcome in outcomes)


@pytest.mark.behaviour("BL-73")
def test_nothing_outside_the_folder_comes_in(tmp_path, minah):
    secret = write(tmp_path, "바깥/비밀.png", png("#c03a27"))
    blog = tmp_path / "블로그"
    write(
        blog,
        "글.md",
        "# 글\n\n![](../바깥/비밀.png) ![](/../바깥/비밀.png) ![](%2e%2e/바깥/비밀.png)"
        " ![](몰래.png) ![](https://example.com/x.png)\n",
    )
    (blog / "몰래.png").symlink_to(secret)
    (blog / "연결.md").symlink_to(write(tmp_path, "바깥/비밀.md", "# 비밀\n\n글\n"))
    plan, _outcomes = bring_in(blog, minah)
    assert Post.objects.count() == 1
    assert not Image.objects.exists()
    assert len([problem for problem in plan.problems if "not found" in problem.text]) == 3
    assert any("another site" in problem.text for problem in plan.problems)


@pytest.mark.behaviour("BL-75")
def test_a_second_run_adds_only_what_is_new_and_changes_nothing(tmp_path, minah):
    write(tmp_path, "하나.md", "# 하나\n\n[둘](둘.md) ![](그림.png)\n")
    write(tmp_path, "그림.png", png())
    bring_in(tmp_path, minah)
    post = Post.objects.get()
    actions.change_article(post, actor=minah, title="고친 제목")
    before = Post.objects.values().get(pk=post.pk)
    write(tmp_path, "둘.md", "# 둘\n\n글\n")
    _plan, outcomes = bring_in(tmp_path, minah)
    assert sorted(outcome.state for outcome in outcomes) == ["imported", "known"]
    after = Post.objects.values().get(pk=post.pk)
    assert after["title"] == "고친 제목"
    assert {key for key in before if before[key] != after[key]} <= {"source", "html", "updated_at"}
    assert Image.objects.count() == 1


@pytest.mark.behaviour("BL-71")
def test_a_post_dated_in_the_future_goes_out_then(tmp_path, minah):
    tomorrow = timezone.now() + timedelta(days=1)
    write(tmp_path, "내일.md", f"---\ntitle: 내일\ndate: {tomorrow.isoformat()}\n---\n글\n")
    later = timezone.now() + timedelta(days=9 * 366)
    write(tmp_path, "먼훗날.md", f"---\ntitle: 먼 훗날\ndate: {later.isoformat()}\n---\n글\n")
    plan, _outcomes = bring_in(tmp_path, minah)
    post = Post.objects.get(title="내일")
    assert (post.status, post.scheduled_at) == ("scheduled", tomorrow)
    assert Post.objects.get(title="먼 훗날").status == "draft"
    assert "future" in plan.problems[0].text
    assert any("kept as a draft" in problem.text for problem in plan.problems)


def test_a_broken_picture_does_not_take_the_post_with_it(tmp_path, minah):
    write(tmp_path, "글.md", "# 글\n\n![](깨짐.png)\n")
    write(tmp_path, "깨짐.png", b"not a picture")
    plan, outcomes = bring_in(tmp_path, minah)
    assert outcomes[0].state == "imported"
    assert "깨짐.png" in plan.problems[0].text


@pytest.mark.behaviour("BL-72")
def test_braces_that_are_ordinary_text_are_kept_and_deep_json_stops_nothing(tmp_path, minah):
    write(
        tmp_path,
        "틀.md",
        "# 틀\n\n이름은 {{ name }}이고 {% raw %}{{ user.name }}{% endraw %}이다.\n",
    )
    write(tmp_path, "깊은.md", '{"a":' + "[" * 100_000 + "\n글\n")
    plan, _outcomes = bring_in(tmp_path, minah)
    source = Post.objects.get(title="틀").source
    assert source == "이름은 {{ name }}이고 {{ user.name }}이다.\n"
    assert any("{{ name }}" in problem.text for problem in plan.problems)


# The command


@pytest.mark.behaviour("BL-70")
def test_a_dry_run_tells_everything_and_writes_nothing(tmp_path, minah, capsys):
    write(
        tmp_path, "_posts/2023-05-01-글.md", "---\ntitle: 글\n---\n{% 모름 %}{% unknown x %} 글\n"
    )
    report = tmp_path / "report.json"
    call_command("import_markdown", tmp_path, author="minah", dry_run=True, report=report)
    assert not Post.objects.exists()
    assert not OldPath.objects.exists()
    said = capsys.readouterr().out
    assert "_posts/2023-05-01-글.md" in said
    assert json.loads(report.read_text())["posts"][0]["old"] == ["/2023/05/01/글.html"]
    assert "unknown" in said


def test_wrong_words_are_answered_in_words(tmp_path, minah):
    for folder, author in ((tmp_path / "없음", "minah"), (tmp_path, "nobody"), (tmp_path, "minah")):
        with pytest.raises(CommandError):
            call_command("import_markdown", folder, author=author)


@pytest.mark.behaviour("BL-75")
@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_nothing_is_half_imported_and_the_next_run_goes_on(tmp_path):
    minah = make_person("minah", "미나")
    number = 80
    for index in range(number):
        write(tmp_path, f"글-{index}.md", f"# 글 {index}\n\n![](그림.png)\n\n" + "본문 " * 300)
    write(tmp_path, "그림.png", png())
    database = settings.DATABASES["default"]
    url = (
        f"sqlite:///{database['NAME']}"
        if "sqlite" in database["ENGINE"]
        else f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}"
        f":{database['PORT']}/{database['NAME']}"
    )
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "VAR_DIR": str(tmp_path / ".var"),
        "REDIS_URL": "",
    }
    command = [sys.executable, "manage.py", "import_markdown", str(tmp_path), "--author", "minah"]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while Post.objects.count() < 5 and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    held = Post.objects.count()
    assert 5 <= held < number
    for post in Post.objects.all():
        assert post.status == "published"
        assert post.html
        assert post.images.count() == 1
    minah.refresh_from_db()
    assert minah.article_count == held
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True)
    assert Post.objects.filter(status="published").count() == number
    minah.refresh_from_db()
    assert minah.article_count == number
