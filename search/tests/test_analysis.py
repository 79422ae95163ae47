import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import analysis
from search.analysis import (
    document_tokens,
    get_analyzer,
    is_degraded,
    normalize,
    plain_text,
)
from search.analysis.documents import MAX_TOKENS
from search.analysis.texts import MAX_CODE_TOKENS
from search.plan import exact_token
from search.tests.analyzers import made


@pytest.fixture(scope="module", params=["kiwi", "mecab", "bigram"])
def analyzer(request):
    return made(request.param)


@pytest.fixture(scope="module")
def kiwi():
    return made("kiwi")


def units_of(analyzer, text):
    return [(unit.kind, unit.surface, unit.parts) for unit in analyzer.units(text)]


def tokens_of(analyzer, text):
    return {token for unit in analyzer.units(text) for token in unit.tokens}


def words_of(analyzer, title="", body=""):
    return set(document_tokens(title, body, analyzer=analyzer).words)


@pytest.mark.behaviour("SE-08")
@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("도커", "도커를 설치했다"),
        ("학교", "학교에서 배운 것"),
        ("데이터베이스", "데이터베이스를 쓰는 법"),
        ("컨테이너", "컨테이너에서는 다르다"),
        ("서버", "웹서버 설정"),
        ("웹서버", "웹 서버를 켠다"),
        ("docker", "Docker를 켠다"),
        ("cancion", "una canción"),
        ("日本", "日本語を勉強する"),
        ("nodejs", "Node.js로 만든 것"),
        ("2024", "2024년 정리"),
    ],
)
def test_particles_joins_and_case_meet_in_every_analyser(analyzer, query, text):
    parts = [unit.parts for unit in analyzer.units(query)]
    joined = [unit.joined for unit in analyzer.units(query)]
    words = words_of(analyzer, text)
    assert set(joined) <= words or {one for part in parts for one in part} <= words


@pytest.mark.behaviour("SE-08")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("뜨거워졌다", "뜨거워요"),
        ("잃어버렸다", "잃은 지갑"),
        ("몰라서 물었다", "모르면 물어요"),
        ("예뻐서", "예쁜 그릇"),
        ("걸었다", "걷는 길"),
        ("넘어져서", "넘어지다"),
    ],
)
def test_forms_of_a_verb_meet_in_its_lemma(kiwi, one, other):
    assert tokens_of(kiwi, one) & tokens_of(kiwi, other)


def test_a_run_of_nouns_has_morphemes_pairs_and_the_whole(kiwi):
    (unit,) = kiwi.units("한글맞춤법검사기를")
    assert unit.surface == "한글맞춤법검사기" and unit.joined == "한글맞춤법검사기"
    assert unit.parts == ("한글", "맞춤법", "검사", "기")
    assert {"한글맞춤법", "맞춤법검사", "검사기"} <= set(unit.tokens)


def test_words_meet_across_one_space_alone(kiwi):
    assert "웹서버설정" not in words_of(kiwi, "웹 서버. 설정")
    assert {"웹", "서버", "웹서버"} <= words_of(kiwi, "웹 서버")
    assert "웹서버" not in words_of(kiwi, "웹과 서버")
    assert {"줄바꾸기", "바꾸다"} <= words_of(kiwi, "글의 줄 바꾸기")
    assert "html5" in words_of(kiwi, "HTML 5 입문")
    assert "c언어" in words_of(kiwi, "C언어 입문")


def test_endings_auxiliaries_and_empty_words_are_no_tokens(kiwi):
    assert tokens_of(kiwi, "할 수도 있었지만 하지 않았던 것이다") == set()
    assert tokens_of(kiwi, "사람들이") == {"사람"}
    assert tokens_of(kiwi, "사용시") == {"사용"}


@pytest.mark.parametrize("word", ["도커", "쿠버네티스", "수도", "장고", "리액트"])
def test_words_without_context_stay_whole(kiwi, word):
    assert word in tokens_of(kiwi, word)


@pytest.mark.behaviour("SE-08")
@pytest.mark.parametrize(
    ("false", "text"),
    [
        ("수도", "그럴 수도 있다"),
        ("타일", "스타일을 고쳤다"),
        ("화상", "대화상자가 열린다"),
        ("지도", "비가 올지도 모른다"),
        ("회의", "국회의 결정"),
        ("자바", "관리자 바꾸기"),
    ],
)
def test_false_friends_do_not_meet(kiwi, false, text):
    assert false not in words_of(kiwi, text)


@pytest.mark.behaviour("SE-08")
@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("도커로 서버를 설치했다", "도커"),
        ("본문에 도커가 있다", "도커"),
        ("도커는 좋다", "도커"),
        ("자바로 짠 것", "자바"),
        ("라즈베리파이로 만든 것", "라즈베리파이"),
        ("까르띠에 시계", "까르띠에"),
        ('"도커"를 쓴다', "도커"),
    ],
)
def test_unknown_words_lose_their_particle(kiwi, text, word):
    assert word in words_of(kiwi, text)


def test_verbs_of_two_are_kept_whole_too(kiwi):
    assert {"돌다", "돌아오다"} <= tokens_of(kiwi, "돌아왔다")
    assert "뜨겁어지다" not in tokens_of(kiwi, "뜨거워졌다")


def test_unknown_words_say_so(kiwi):
    (unit,) = kiwi.units("쿠버네티스를")
    assert unit.is_oov
    assert not any(unit.is_oov for unit in kiwi.units("수도를 옮겼다"))


def test_surfaces_stand_where_they_say(analyzer):
    text = "Docker로 웹서버를 3대 켰다. ＡＢＣ 日本語 ㅋㅋㅋㅋ, 뜨거웠어요! C++ 🎉"
    for unit in analyzer.units(text):
        assert normalize(text[unit.start : unit.end]) == unit.surface
        assert unit.tokens and all(unit.tokens) and unit.parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Node.js", {"node", "js", "nodejs", "~node"}),
        ("user_id", {"user", "id", "userid"}),
        ("C++", {exact_token("", "c++"), "c"}),
        ("Python3", {"python3", "python", "~python"}),
        ("3.11.2", {"3_11_2", "3_11", "3"}),
        ("3,000", {"3000"}),
        ("user's", {"user", "~user"}),
        ("installing", {"installing", "~instal"}),
        ("instalaciones", {"~instal"}),
        ("instalacion", {"~instal"}),
        ("canción", {"cancion"}),
        ("水", {"水"}),
        ("日本語", {"日本", "本語", "語"}),
        ("ㅋㅋㅋㅋㅋ", {"ㅋㅋ"}),
        ("5 월", {"5월"}),
        ("100만원", {"100", "만", "원", "100만원"}),
    ],
)
def test_words_of_other_kinds(kiwi, text, expected):
    assert expected <= tokens_of(kiwi, text)


def test_numbers_and_versions_belong_to_their_noun(kiwi):
    assert units_of(kiwi, "2024년 3.11버전") == [
        ("noun", "2024년", ("2024", "년")),
        ("noun", "3.11버전", ("3_11", "버전")),
    ]


@given(text=st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_tokens_that_engines_can_store(text):
    for name in ("kiwi", "mecab", "bigram"):
        analyzer = made(name)
        tokens = document_tokens(text, text, [(text, "태그")], (text, "minah"), analyzer=analyzer)
        for field in (tokens.title, tokens.body, tokens.tags, tokens.author):
            assert field == " ".join(field.split())
            assert len(field.split()) <= MAX_TOKENS
            assert not set(field) & set("\"'\\*():&|!<>\x00")
        assert tokens.title_words <= set(tokens.words)


def test_a_document_has_its_fields(kiwi):
    tokens = document_tokens(
        "도커 입문", "컨테이너를 켠다", [("C++", "c++")], ("김민아", "minah"), analyzer=kiwi
    )
    assert {"도커", "^도커", "^입문"} <= set(tokens.title.split())
    assert tokens.body.split() == ["컨테이너", "켜다"]
    assert exact_token("#", "c++") in tokens.tags.split()
    assert {"김민아", "minah", "@minah"} <= set(tokens.author.split())
    assert tokens.title_words == {"도커", "입문", "도커입문"}
    assert tokens.words["도커"] is False and tokens.words["도커입문"] is True
    assert "minah" not in tokens.words and not any(word[0] in "^~#@" for word in tokens.words)
    fields = (tokens.title, tokens.body, tokens.tags, tokens.author)
    assert tokens.count == sum(len(field.split()) for field in fields)


def test_long_texts_are_cut(kiwi):
    text = "도커 컨테이너를 설치했다. " * 20_000
    tokens = document_tokens("제목", text, analyzer=made("bigram"))
    assert tokens.count <= MAX_TOKENS
    short = document_tokens("제목", text[:6_000], analyzer=kiwi)
    assert short.body.split()[:2] == ["도커", "도커컨테이너"]


def test_html_is_read_as_a_person_does():
    html = (
        "<h2>제목</h2><p><strong>장고</strong>를 &amp; <em>도</em>커를<br>쓴다"
        '<sup class="footnote-ref"><a href="#x">1</a></sup></p>'
        '<ul><li>하나</li><li>둘</li></ul><img src="a.png" alt="그림 설명">'
        '<div class="code-block"><div class="code-block__bar">'
        '<span class="code-block__title">app.py</span>'
        '<span class="code-block__language">Python</span></div>'
        "<pre><code>import <span>django</span></code></pre></div><script>나쁨</script>"
    )
    assert plain_text(html).split("\n") == [
        "제목",
        "장고를 & 도커를",
        "쓴다",
        "하나",
        "둘",
        "그림 설명",
        "app.py",
        "import django",
    ]


def test_code_is_kept_up_to_a_limit_and_prose_after_it_too():
    html = f"<pre><code>{'코드 ' * (MAX_CODE_TOKENS + 500)}</code></pre><p>끝</p>"
    text = plain_text(html)
    assert text.count("코드") == MAX_CODE_TOKENS and text.endswith("끝")


def test_any_html_is_read():
    for html in ("<p>가<b>나", "</p></b>가", "<<<>>>&#x1F600;&bogus;", "", "<pre></pre></pre>가"):
        plain_text(html)


def test_compared_texts_are_nfc_narrow_and_lower():
    assert normalize(unicodedata.normalize("NFD", "한글")) == "한글"
    assert normalize("ＡＢＣ　１") == "abc 1"
    assert normalize("ㅍㅇㅆ") == "ㅍㅇㅆ"
    assert normalize("도\u200b커") == "도커"
    assert len(normalize("İstanbul")) == len("İstanbul")


def test_versions_name_what_tokens_depend_on(analyzer):
    assert analyzer.version.startswith(analyzer.name + "-") and len(analyzer.version) <= 60


@pytest.mark.behaviour("SE-19")
def test_a_missing_analyser_is_replaced_and_said(settings, monkeypatch):
    monkeypatch.setattr(analysis, "_made", {})

    def nothing(name):
        if name == "bigram":
            return made("bigram")
        raise ImportError(name)

    monkeypatch.setattr(analysis, "make_analyzer", nothing)
    settings.SEARCH_ANALYZER = ""
    assert get_analyzer().name == "bigram" and is_degraded()
    settings.SEARCH_ANALYZER = "kiwi"
    assert get_analyzer().name == "bigram" and is_degraded()
    settings.SEARCH_ANALYZER = "bigram"
    assert not is_degraded()
