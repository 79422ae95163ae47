"""A small site with one row of everything, reached through actions wherever there is one."""

import io
from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)
from PIL import Image as Picture

from accounts.actions import make_token, open_archive_import, start_job
from accounts.archive.starting import start_export
from accounts.models import AccessToken, ArchiveImport, DelayedMail, FormerHandle, Job, User
from blog import actions
from blog.models import (
    Announcement,
    Bookmark,
    Comment,
    Image,
    ImportRun,
    OldPath,
    Page,
    Post,
    PostRedirect,
    Series,
    Topic,
    TranslationSpending,
)
from blog.tests.factories import make_article, make_draft, make_note, make_person
from config.actions import change_site_settings, set_card_image
from embed import comment_jobs
from embed.actions import alias_thread, find_or_create_thread, react_as_guest, register_site
from embed.models import EmbedThread
from moderation.actions import appeal_decision, ask_takedown, block_source, decide
from moderation.models import Decision, Takedown
from search.models import Generation, QueryDay, Synonym
from social.actions import (
    block_person,
    create_webhook,
    follow_person,
    mute_person,
    mute_term,
    report_target,
    send_message,
    send_webhook_test,
)
from social.models import Message, MutedTerm, Notification, Report, WebhookDelivery
from social.reportables import find_reportable


def small_picture() -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (8, 6), (11, 110, 95)).save(out, "PNG")
    return out.getvalue()


def passkey_response() -> dict[str, object]:
    """Return what a browser sends when it registers a passkey (Web Authentication, 5.8.1)."""
    public_key = ES256({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)})
    credential_id = b"passkey-of-junho"
    data = AuthenticatorData.create(
        bytes(32),
        AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT,
        0,
        AttestedCredentialData.create(bytes(16), credential_id, public_key),
    )
    client_data = CollectedClientData.create("webauthn.create", b"challenge", "http://testserver")
    return {
        "id": websafe_encode(credential_id),
        "rawId": websafe_encode(credential_id),
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": websafe_encode(client_data),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
    }


@dataclass
class World:
    """The cast and what they made: 미나 writes, 준호 follows her, 태오 is blocked, 소라 is staff."""

    minah: User
    junho: User
    taeo: User
    sora: User
    article: Post
    draft: Post
    note: Post
    series: Series
    topic: Topic
    page: Page
    image: Image
    passkey: Authenticator
    import_run: ImportRun
    job: Job | None = None
    export_job: Job | None = None
    embed_job: Job | None = None
    token: AccessToken | None = None
    open_session: UserSession | None = None
    archive_import: ArchiveImport | None = None
    comment: Comment | None = None
    bookmark: Bookmark | None = None
    message: Message | None = None
    report: Report | None = None
    told: Notification | None = None
    term: MutedTerm | None = None
    delivery: WebhookDelivery | None = None
    embed_thread: EmbedThread | None = None
    embed_comment: Comment | None = None
    decision: Decision | None = None
    takedown: Takedown | None = None
    sessions: dict[str, str] = field(default_factory=dict)

    def client(self, visitor: str, **options) -> Client:
        """Return a fresh browser of ``visitor`` (a key of ``sessions``); empty: signed out."""
        client = Client(**options)
        if session := self.sessions[visitor]:
            client.cookies[settings.SESSION_COOKIE_NAME] = session
        return client


def signed_in(person: User) -> str:
    """Return the key of a new session of ``person``."""
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def make_world() -> World:
    """Make the site. Rows that only an administrator's form makes are made directly."""
    minah, junho = make_person("minah", "미나"), make_person("junho", "준호")
    taeo = make_person("taeo", "태오")
    sora = make_person("sora", "소라", is_staff=True, is_superuser=True)
    follow_person(minah, actor=junho)
    block_person(taeo, actor=minah)
    change_site_settings(title="마당")
    set_card_image(small_picture())
    DelayedMail.objects.create(
        task_id="m1", name="security_notice", person=minah, error="보낼 수 없음"
    )
    Group.objects.create(name="편집자")
    topic = Topic.objects.create(slug="개발", name="개발", position=1)
    page = actions.save_page(Page(slug="about", title="소개", source_ko="# 마당\n\n안녕하세요."))
    Announcement.objects.create(text="새 마당을 열었어요.")
    FormerHandle.objects.create(user=minah, handle="minah_old", handle_key="minah_old")
    image = actions.store_image(small_picture(), actor=minah, name="그림.png", alt="초록")
    series = actions.find_or_create_series("도커 이야기", actor=minah)
    article = make_article(minah, topic=topic, series=series, cover=image, tags=["도커", "Django"])
    PostRedirect.objects.create(author=minah, slug="옛-주소", post=article)
    OldPath.objects.create(path="/entry/옛글", post=article)
    note = make_note(junho)
    note = make_note(minah, "점심은 #김밥 @junho")
    actions.merge_tags(note.tags.get(name="김밥"), article.tags.get(name="도커"), actor=sora)
    passkey = Authenticator.objects.create(
        user=junho,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "내 열쇠", "credential": passkey_response()},
    )
    draft = make_draft(minah)
    actions.save_draft(draft, actor=minah, changes={"source": "고쳐 쓰는 중이다."})
    actions.name_revision(draft, actor=minah, name="첫 판")
    actions.open_preview_link(draft, actor=minah)
    run = actions.open_import(actor=junho, name="블로그.zip")
    world = World(
        minah, junho, taeo, sora, article, draft, note, series, topic, page, image, passkey, run
    )
    world.comment = actions.write_comment(article, actor=junho, source="잘 읽었어요, @minah!")
    actions.write_comment(article, actor=minah, source="고마워요.", parent=world.comment)
    actions.change_comment(world.comment, actor=junho, source="잘 읽었어요.")
    actions.like_post(article, actor=junho)
    actions.like_comment(world.comment, actor=minah)
    actions.bookmark_post(article, actor=junho)
    world.bookmark = Bookmark.objects.get()
    Generation.objects.create(slot=Generation.Slot.A, state=Generation.State.LIVE)
    QueryDay.objects.create(day=article.published_at.date(), query="도커", count=3, empty_count=1)
    # Those that are shipped are gone where a test before this one emptied the tables.
    Synonym.objects.get_or_create(words="글꼴, 서체")
    TranslationSpending.objects.create(month=article.published_at.date().replace(day=1))
    world.job = start_job(actor=junho, kind="probe", params={"seconds": 0})
    world.message = send_message(
        minah, actor=junho, text="안녕하세요! https://example.com 보셨어요?"
    )
    reported = find_reportable("post", note.pk, junho)
    world.report, _is_new = report_target(reported, actor=junho, category="spam", note="광고예요.")
    world.told = Notification.objects.filter(person=junho).first()
    mute_person(sora, actor=junho, days=7)
    world.term = mute_term("정치", kind="word", actor=junho)
    webhook = create_webhook(
        actor=junho, url="https://receiver.example/마당", events=["comment.created"]
    )
    world.delivery = send_webhook_test(webhook, actor=junho)
    garden = register_site(actor=minah, name="바람의 뜰", origins=["https://garden.example"])
    world.embed_thread = find_or_create_thread(garden, "글/바람", page_title="바람 부는 날")
    alias_thread(world.embed_thread, actor=minah, key="옛/바람")
    react_as_guest(world.embed_thread, visitor="a" * 32)
    world.embed_comment = actions.write_comment(
        world.embed_thread.post, actor=junho, source="바람이 좋네요"
    )
    world.export_job = start_export(junho)
    world.embed_job = comment_jobs.start_export(world.embed_thread.site, actor=minah)
    world.token = make_token(junho, name="밤 일꾼")[0]
    world.open_session = UserSession.objects.create(
        user=junho, session_key="k" * 32, ip="127.0.0.1", user_agent="Firefox"
    )
    world.archive_import = open_archive_import(
        actor=junho, name="마당.zip", upload=ContentFile(b"PK", name="마당.zip")
    )
    world.decision = decide(
        "warn", target=("person", junho.pk), actor=sora, category="spam", text="광고를 줄여 주세요."
    )
    appeal_decision(world.decision, actor=junho, text="광고가 아니었어요.")
    block_source("mail", "rubbish.example", actor=sora, note="버리는 주소")
    world.takedown = ask_takedown(
        ("post", article.pk),
        name="한별",
        email="hanbyeol@example.com",
        right="privacy",
        claim="제 사진이 있어요.",
        evidence=("증거.txt", "증거".encode()),
    )
    members = {"member": junho, "blocked member": taeo, "staff": sora}
    world.sessions = {"anonymous": ""} | {who: signed_in(one) for who, one in members.items()}
    return world
