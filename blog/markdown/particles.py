"""Korean particles and Japanese ones, as patterns for what may be glued to a name or an address.

These are closed word classes, so a list is enough; it decides only where a link ends, and a miss
costs at most one syllable inside or outside the link.
"""

import re


def _either(words: str) -> str:
    """Return a pattern for one of the words, longest first: alternation takes what fits first."""
    return "(?:" + "|".join(sorted(words.split(), key=len, reverse=True)) + ")"


_PARTICLE = _either(
    "이라고는 이라고도 이라는 이라면 이라도 이라서 이라고 라고는 라고도 라는 라면 라도 라서 라고 "
    "에서부터 에서는 에서도 에서만 에서의 에서 에게서 에게는 에게도 에게 에는 에도 에만 에 "
    "으로부터 으로써 으로서 으로는 으로도 으로만 으로의 으로 로부터 로써 로서 로는 로도 로만 로의 "
    "로 한테서 한테 께서는 께서 께 부터 까지 마저 조차 밖에 처럼 같이 만큼 보다 마다 대로 "
    "입니다만 입니다 입니까 이에요 이예요 예요 이었다 였다 이지만 지만 인데요 인데 인가요 인지 인 "
    "이든지 든지 이든 든 이나마 나마 이나 나 이랑 랑 하고 이며 며 이고 고 이란 란 이다 다 "
    "이죠 죠 이지 지 이야 이여 야 여 아 이요 요 은 는 이 가 을 를 과 와 도 만 의 뿐 및"
)
_HONORIFIC = _either("선생님 선배님 작가님 님들 님 씨 군 양 쌤")

#: A whole run of Hangul that is nothing but particles: `에서는`, `입니다`.
PARTICLES = re.compile(_PARTICLE + "{1,3}")

#: Particles that are hardly ever a word of their own; 은 (silver), 이 (tooth), 의 are left out.
SURE_PARTICLES = re.compile(
    _either(
        "을 를 는 에 에서 에서는 에서도 에는 에도 으로 으로는 로는 입니다 이라는 라는 이라고 라고 "
        "부터 까지 처럼 이에요 예요"
    )
)

#: What may follow a person's name in Hangul: `님이`, `씨에게는`.
AFTER_KOREAN_NAME = re.compile(_HONORIFIC + "?" + _PARTICLE + "{0,3}")

#: What may follow a person's name in Japanese; no space ends the word there, so a beginning is
#: enough.
AFTER_JAPANESE_NAME = re.compile("さん|ちゃん|くん|君|様|氏|先生|[をはがにでとのへもやよね]")

#: A Japanese particle standing right after a Latin letter or digit inside an address.
JAPANESE_PARTICLE_AFTER_LATIN = re.compile(r"(?<=[A-Za-z0-9)])[をはがにでとのへもや]")
