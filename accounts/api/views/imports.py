"""Moving in by programs: archives of a Madang, and blogs of other kinds (AC-61, AP-50)."""

from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions, limits
from accounts.actions.archives import archive_job
from accounts.api.inputs import in_one
from accounts.api.shapes.jobs import ARCHIVES, BLOGS, ImportShape, JobShape, import_shape
from accounts.api.uploads import require_small, take_to_disk
from accounts.api.views.jobs import JobView
from accounts.archive import starting as archives
from accounts.models import ArchiveImport, Job
from blog import actions as blog_actions
from blog.forms import ImportOptionsForm
from blog.import_jobs import unfinished_job
from blog.import_limits import count_step, count_upload
from blog.importers import starting as blogs
from blog.models import ImportRun
from config.api import ApiView, required
from config.exceptions import DomainError

KINDS = (ARCHIVES, BLOGS)


class ImportInput(serializers.Serializer):
    """A file that moves in, and for blogs how."""

    file = serializers.FileField(max_length=255)
    dry_run = serializers.BooleanField(
        required=False, help_text="Only read it and say what it would bring."
    )
    kind = serializers.ChoiceField(
        choices=KINDS,
        required=False,
        help_text="archive: of a Madang site; blog: of another blog. An archive unless named.",
    )
    visibility = serializers.CharField(required=False, max_length=20)
    time_zone = serializers.CharField(required=False, max_length=64)
    base_path = serializers.CharField(required=False, allow_blank=True, max_length=400)
    comments = serializers.BooleanField(required=False)
    remote_images = serializers.BooleanField(required=False)


class Imports(JobView):
    """What moves in."""

    scopes: ClassVar = {"POST": "exports"}
    keeps_answers = False
    judges_its_body = True
    parser_classes = (MultiPartParser,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse unread what is too large; never take a file into memory."""
        require_small(request, settings.IMPORT_MAX_BYTES)
        take_to_disk(request)
        super().initial(request, *args, **kwargs)

    @extend_schema(request={"multipart/form-data": ImportInput}, responses={202: JobShape})
    def post(self, request: Request) -> Response:
        """Members: move a file in, or with `dry_run` see what it would bring (multipart).

        The one of the same kind that is on its way instead of a second.
        """
        # An absent box of a form says nothing here, unlike in browsers.
        data = self.valid(ImportInput, partial=True)
        if "file" not in data:
            raise required("file")
        begin = self._blog if data.get("kind") == BLOGS else self._archive
        return self.accepted(begin(data))

    def _archive(self, data: dict[str, Any]) -> Job:
        user = self.request.user
        if busy := archive_job(user):
            return busy
        limits.count_archive(user)
        upload = data["file"]
        run = actions.open_archive_import(actor=user, name=upload.name, upload=upload)
        try:
            return archives.start_step(
                run, "read", actor=user, goes_on=not data.get("dry_run", False)
            )
        except DomainError:
            actions.discard_archive_import(run, actor=user)
            raise

    def _blog(self, data: dict[str, Any]) -> Job:
        user = self.request.user
        if busy := unfinished_job(user):
            return busy
        count_upload(user)
        upload = data["file"]
        options = blog_options(ImportRun(owner=user), data)
        run = blog_actions.open_import(actor=user, name=upload.name, upload=upload)
        try:
            return blogs.start_step(
                run, "read", actor=user, options=options, goes_on=not data.get("dry_run", False)
            )
        except DomainError:
            blog_actions.discard_import(run, actor=user)
            raise


def blog_options(run: ImportRun, data: dict[str, Any]) -> dict[str, Any]:
    """Return how a blog comes in, by the form of the page. Raises ValidationError."""
    usual = ImportOptionsForm.for_run(run).initial
    form = ImportOptionsForm({name: data.get(name, usual[name]) for name in usual}, run=run)
    if not form.is_valid():
        raise serializers.ValidationError(
            {name: [in_one(held)] for name, held in form.errors.as_data().items()}
        )
    return form.cleaned_data


class OneImport(ApiView):
    """One import."""

    scopes: ClassVar = {"GET": "exports", "DELETE": "exports"}
    shape = ImportShape

    @extend_schema(responses=ImportShape)
    def get(self, request: Request, kind: str, pk: int) -> Response:
        """The owner: how far it is, what it would bring, or what it brought. Others: 404."""
        return self.one(import_shape(own_run(request, kind, pk), self.addresses))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, kind: str, pk: int) -> Response:
        """The owner: remove the file, and the run if it brought nothing. Others: 404."""
        run = own_run(request, kind, pk)
        if kind == ARCHIVES:
            actions.discard_archive_import(run, actor=request.user)
        else:
            blog_actions.discard_import(run, actor=request.user)
        return self.nothing()


class ImportStep(JobView):
    """The next step of an import."""

    scopes: ClassVar = {"POST": "exports"}
    keeps_answers = False
    step = ""

    def begin(self, request: Request, kind: str, pk: int) -> Response:
        """Let the import go the step of this address, or go on with the one that stopped."""
        run = own_run(request, kind, pk)
        if kind == ARCHIVES:
            limits.count_archive_step(request.user)
            job = archives.start_step(run, self.step or archives.step_of(run), actor=request.user)
        else:
            count_step(request.user)
            job = blogs.start_step(run, self.step or blogs.step_of(run), actor=request.user)
        return self.accepted(job)


class BringImport(ImportStep):
    """What was read comes in."""

    step = "bring"

    @extend_schema(request=None, responses={202: JobShape})
    def post(self, request: Request, kind: str, pk: int) -> Response:
        """The owner: bring in what the dry run showed. Others: 404."""
        return self.begin(request, kind, pk)


class ResumeImport(ImportStep):
    """What was stopped goes on."""

    @extend_schema(request=None, responses={202: JobShape})
    def post(self, request: Request, kind: str, pk: int) -> Response:
        """The owner: go on with what was stopped. Others: 404."""
        return self.begin(request, kind, pk)


class UndoImport(ImportStep):
    """What came in goes again."""

    step = "undo"

    @extend_schema(request=None, responses={202: JobShape})
    def post(self, request: Request, kind: str, pk: int) -> Response:
        """The owner: remove exactly what came in; what was changed since stays. Others: 404."""
        return self.begin(request, kind, pk)


def own_run(request: Request, kind: str, pk: int) -> ArchiveImport | ImportRun:
    """Return an import of the person who asks; of anybody else there is none."""
    model = {ARCHIVES: ArchiveImport, BLOGS: ImportRun}.get(kind)
    run = model.objects.filter(owner=request.user, pk=pk).first() if model else None
    if run is None:
        raise Http404
    run.owner = request.user
    return run
