"""One's own sites elsewhere by programs: what the settings do (EM-02, EM-08, EM-16)."""

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.shapes.jobs import JobShape
from accounts.api.uploads import require_small, take_to_disk
from accounts.api.views.jobs import JobView
from accounts.shortcuts import get_job_of
from config.api import ApiView
from embed import actions, comment_jobs, limits
from embed.api.site_shapes import OwnSiteShape, OwnThreadShape, own_site_shape, own_thread_shape
from embed.bringing.opening import FILE_MOST
from embed.models import EmbedSite, EmbedThread, ThreadAlias
from embed.shortcuts import get_own_site

COLUMNS = {
    "guests": "allows_guests",
    "approval": "needs_approval",
    "reactions": "has_reactions",
    "search": "has_search",
}
"""Name in the API → switch of a site."""


class EmbedSiteInput(serializers.Serializer):
    """A site elsewhere; switches that are absent are on."""

    name = serializers.CharField()
    origins = serializers.ListField(child=serializers.CharField(), min_length=1)
    index_url = serializers.CharField(required=False, allow_blank=True)
    guests = serializers.BooleanField(required=False)
    approval = serializers.BooleanField(required=False)
    reactions = serializers.BooleanField(required=False)
    search = serializers.BooleanField(required=False)


def changes_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return ``data`` as the actions call it."""
    return {COLUMNS.get(name, name): value for name, value in data.items()}


class OwnSites(ApiView):
    """Sites that show what is said here."""

    scopes: ClassVar = {"GET": "account", "POST": "account"}
    shape = OwnSiteShape

    @extend_schema(responses=OwnSiteShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: one's own sites elsewhere, newest first."""
        return self.page(
            EmbedSite.objects.by(request.user),
            lambda rows: [own_site_shape(row, self.addresses) for row in rows],
            field="created_at",
        )

    @extend_schema(request=EmbedSiteInput, responses={201: OwnSiteShape})
    def post(self, request: Request) -> Response:
        """Members: register a site with its exact origins."""
        data = self.valid(EmbedSiteInput)
        limits.count_site_change(request.user)
        site = actions.register_site(actor=request.user, **changes_of(data))
        return self.created(own_site_shape(site, self.addresses))


class OwnSite(ApiView):
    """One of one's sites."""

    scopes: ClassVar = {"GET": "account", "PATCH": "account", "DELETE": "account"}
    shape = OwnSiteShape

    @extend_schema(responses=OwnSiteShape)
    def get(self, request: Request, site: str) -> Response:
        """The owner: a site. Others: 404."""
        found = get_own_site(site, request.user)
        return self.one(own_site_shape(found, self.addresses))

    @extend_schema(request=EmbedSiteInput(partial=True), responses=OwnSiteShape)
    def patch(self, request: Request, site: str) -> Response:
        """The owner: change it; what is absent stays. Others: 404."""
        found = get_own_site(site, request.user)
        self.require_version(own_site_shape(found, self.addresses))
        data = self.valid(EmbedSiteInput, partial=True)
        limits.count_site_change(request.user)
        found = actions.change_site(found, actor=request.user, **changes_of(data))
        return self.one(own_site_shape(found, self.addresses))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, site: str) -> Response:
        """The owner: delete it with its threads. Others: 404."""
        found = get_own_site(site, request.user)
        self.require_version(own_site_shape(found, self.addresses))
        limits.count_site_change(request.user)
        actions.delete_site(found, actor=request.user)
        return self.nothing()


def threads_of(site: EmbedSite):
    """Return the threads of ``site`` with what their shape touches."""
    return EmbedThread.objects.filter(site=site).with_post().prefetch_related("aliases")


class OwnThreads(ApiView):
    """What is said on one of one's sites."""

    scopes: ClassVar = {"GET": "account"}
    shape = OwnThreadShape

    @extend_schema(responses=OwnThreadShape(many=True))
    def get(self, request: Request, site: str) -> Response:
        """The owner: the threads of a site, newest first. Others: 404."""
        return self.page(
            threads_of(get_own_site(site, request.user)),
            lambda rows: [own_thread_shape(row, self.addresses) for row in rows],
            field="created_at",
        )


class ThreadView(ApiView):
    """A thread of one of one's sites."""

    def thread(self, site: str, pk: int) -> EmbedThread:
        """Return the thread. Raises Http404."""
        sites = get_own_site(site, self.request.user)
        found = threads_of(sites).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


class OwnThread(ThreadView):
    """One thread."""

    scopes: ClassVar = {"GET": "account"}
    shape = OwnThreadShape

    @extend_schema(responses=OwnThreadShape)
    def get(self, request: Request, site: str, pk: int) -> Response:
        """The owner: a thread and the keys that lead to it. Others: 404."""
        return self.one(own_thread_shape(self.thread(site, pk), self.addresses))


class OwnThreadKey(ThreadView):
    """Another key of a thread: the page was renamed, or moved to another domain."""

    scopes: ClassVar = {"PUT": "account", "DELETE": "account"}

    @extend_schema(request=None, responses=OwnThreadShape)
    def put(self, request: Request, site: str, pk: int, key: str) -> Response:
        """The owner: let another key lead to the thread, too. Others: 404."""
        thread = self.thread(site, pk)
        limits.count_site_change(request.user)
        actions.alias_thread(thread, actor=request.user, key=key)
        return self.one(own_thread_shape(self.thread(site, pk), self.addresses))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, site: str, pk: int, key: str) -> Response:
        """The owner: let that key lead nowhere any more. Others: 404."""
        thread = self.thread(site, pk)
        limits.count_site_change(request.user)
        alias = ThreadAlias.objects.filter(thread=thread, key=key).first()
        if alias is not None:
            actions.drop_alias(alias, actor=request.user)
        return self.nothing()


class CommentFileInput(serializers.Serializer):
    """A file of Disqus, isso, WordPress or Madang."""

    file = serializers.FileField()


class CommentImports(JobView):
    """Comments from another program."""

    scopes: ClassVar = {"POST": "exports"}
    keeps_answers = False
    judges_its_body = True
    parser_classes = (MultiPartParser,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse unread what is too large; never take a file into memory."""
        require_small(request, FILE_MOST)
        take_to_disk(request)
        super().initial(request, *args, **kwargs)

    @extend_schema(request={"multipart/form-data": CommentFileInput}, responses={202: JobShape})
    def post(self, request: Request, site: str) -> Response:
        """The owner: read a file and say what is in it; nothing is stored. Others: 404."""
        found = get_own_site(site, request.user)
        upload = self.valid(CommentFileInput)["file"]
        limits.count_comment_file(request.user)
        return self.accepted(comment_jobs.start_import(found, actor=request.user, upload=upload))


class CommentImport(JobView):
    """What was read of such a file, on its way in."""

    scopes: ClassVar = {"POST": "exports"}
    keeps_answers = False

    @extend_schema(request=None, responses={202: JobShape})
    def post(self, request: Request, site: str, pk: int) -> Response:
        """The owner: bring in what the job of that key read. Others: 404."""
        found = get_own_site(site, request.user)
        job = get_job_of(request.user, pk)
        if job.params.get("site") != found.pk:
            raise Http404
        limits.count_comment_file(request.user)
        return self.accepted(comment_jobs.bring_in(job, actor=request.user))


class CommentExports(JobView):
    """Everything that was said on a site, as one file."""

    scopes: ClassVar = {"POST": "exports"}
    keeps_answers = False

    @extend_schema(request=None, responses={202: JobShape})
    def post(self, request: Request, site: str) -> Response:
        """The owner: ask for it; fetched like every other export. Others: 404."""
        found = get_own_site(site, request.user)
        limits.count_comment_file(request.user)
        return self.accepted(comment_jobs.start_export(found, actor=request.user))
