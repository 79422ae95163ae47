"""Something to decide on the demo site: reports, an advertisement that was held, an appeal."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.utils import timezone

from accounts import actions as account_actions
from accounts.models import User
from blog import actions as blog_actions
from blog.models import Comment, Post
from config.screening import Arrival, arriving
from moderation.actions import add_case_note, appeal_decision, decide
from moderation.models import Case, Decision
from moderation.roles import MODERATOR
from social.actions import report_target
from social.reportables import find_reportable

MODERATORS = ("sora",)
ADVERTISER = "반짝할인"
ADVERTISEMENTS = (
    "🎉 오늘만 최대 90% 할인! 무료 체험 쿠폰 증정, 지금 바로 상담 신청하세요 👉 "
    "https://deal.example.com/오늘만 https://deal.example.com/쿠폰 카톡 문의 환영",
    "글 잘 봤어요~ 저희 매장도 구경 오세요. 첫 구매 쿠폰은 여기 https://deal.example.com/쿠폰",
)
HURRY = 1.2  # seconds that a form was open
QUARREL = "그것도 모르면서 글을 쓰다니 한심하네요."


def load_moderation(password: str) -> int:
    """Give the moderators of the demo something to decide; return how many cases. Once."""
    people = {one.handle: one for one in User.objects.present()}
    sora, minah, junho, taeo = (people[one] for one in ("sora", "minah", "junho", "taeo"))
    for handle in MODERATORS:
        person = people[handle]
        if not person.groups.filter(name=MODERATOR).exists():
            account_actions.change_groups(person, groups=Group.objects.filter(name=MODERATOR))
    if ADVERTISER in people or Decision.objects.exists():
        return 0
    seller = account_actions.create_member(
        handle=ADVERTISER,
        email="deal@example.com",
        password=password,
        display_name="반짝할인 매장",
        trust_given=0,
    )
    posts = Post.objects.public().articles().by(minah).filter(is_open_to_comments=True)
    newest, second = posts.order_by("-published_at", "-pk")[:2]
    for place, text in enumerate(ADVERTISEMENTS):
        with arriving(Arrival("page", seconds=HURRY)):
            said = blog_actions.write_comment(
                (newest, second)[place], actor=seller, source=text, origin_key=f"demo:ad-{place}"
            )
        if said.status == Comment.Status.PUBLISHED:
            _report(said, minah, "spam", "댓글마다 같은 광고를 달아요.")
            _report(said, junho, "spam", "")
    insult = blog_actions.write_comment(
        newest, actor=taeo, source=QUARREL, origin_key="demo:quarrel"
    )
    _report(insult, minah, "abuse", "글이 아니라 사람을 탓하는 말이라 불편해요.")
    rude = blog_actions.write_comment(
        second,
        actor=taeo,
        source="이 설정은 틀렸어요. 제발 좀 읽고 쓰세요!!",
        origin_key="demo:rude",
    )
    held = decide(
        "hold",
        target=("comment", rude.pk),
        actor=people["madang"],
        category="abuse",
        text="틀린 곳을 짚어 주신 점은 고마워요. ‘제발 좀’처럼 사람을 몰아세우는 말만 빼 주세요.",
        until=timezone.now() + timedelta(days=30),
    )
    appeal_decision(
        held, actor=taeo, text="말이 거칠었던 건 인정해요. 고쳐 쓸 테니 다시 보여 주실 수 있을까요?"
    )
    case = Case.objects.get(target_kind="comment", target_id=insult.pk)
    add_case_note(case, actor=sora, text="전에도 비슷한 일이 있었는지 먼저 살펴볼게요.")
    return Case.objects.filter(is_open=True).count()


def _report(comment: Comment, reporter: User, category: str, note: str) -> None:
    target = find_reportable("comment", comment.pk, reporter)
    if target is not None:
        report_target(target, actor=reporter, category=category, note=note)
