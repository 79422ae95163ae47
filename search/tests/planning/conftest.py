"""A planner over a small vocabulary of titles."""

import pytest

from search.analysis import get_analyzer
from search.planning import plan
from search.tests.planning.memory import MemoryVocabulary

TITLES = """도커로 개발 환경 꾸미기
도커 컨테이너 이미지 줄이기
데이터베이스 인덱스 설계
데이터베이스 트랜잭션과 잠금
블루투스 이어폰 고르기
파이썬 가상 환경 관리
파이썬 페이지네이션 구현
리눅스 서버 메모리 관리
쿠버네티스 클러스터 운영
Docker Compose 입문
Kubernetes in production
Installing Python packages
docker containers and volumes
Guía de Python para principiantes
コンテナの作成手順
김치찌개 끓이는 법
고양이 사료 추천
수영장에서 배운 것
서버 모니터링과 알림
메시지 큐 비교
AWS 람다 시작하기
""".splitlines()
SYNONYMS = {
    "도커": ("docker",),
    "docker": ("도커",),
    "머신러닝": ("machine learning", "기계 학습"),
    "machine learning": ("머신러닝",),
}


@pytest.fixture(scope="session")
def vocabulary():
    return MemoryVocabulary(TITLES)


@pytest.fixture
def understand(vocabulary):
    """Return a function that plans a query."""

    def plan_query(query: str, **options):
        return plan(
            query,
            vocabulary=vocabulary,
            synonyms=lambda words: {word: SYNONYMS[word] for word in words if word in SYNONYMS},
            analyzer=get_analyzer(),
            **options,
        )

    return plan_query
