"""Words that ask or connect: nobody looks for them when there are others. They only lift."""

KOREAN = frozenset(
    "방법 법 이유 까닭 경우 때 때문 것 거 걸 게 수 줄 점 중 정도 대해 대한 관련 통해 위해 무엇 뭐 뭘 뭔가 어디 "
    "누구 언제 얼마 어느 어떤 무슨 왜 어떻게 어떡 저 나 내 너 제 우리 이 그 이것 그것 저것 여기 거기 "
    "분 건 지 데 바 듯 만큼 좀 다 더 또 잘 꼭 및 등 하기 하는법 알려줘 싶다 궁금".split()
)
ENGLISH = frozenset(
    "a an the of to in on for with and or is are was were be been do does did doing done how what why "
    "when where which who can could should would will i my me we our you your it its this that these "
    "those from by at as if than then there not no but about into use using get".split()
)
SPANISH = frozenset(
    "el la los las un una unos unas de del al en y e o u con por para que como cual cuales cuando donde "
    "es son se su sus mi mis tu lo le les si sin sobre entre mas muy este esta esto".split()
)
FUNCTION_WORDS = KOREAN | ENGLISH | SPANISH
