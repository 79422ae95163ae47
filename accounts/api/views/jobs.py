"""Long work by programs: watched, cancelled, tried again, fetched (AP-50)."""

from typing import ClassVar

from django.http import FileResponse, HttpResponseRedirect
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions, limits
from accounts.api.proofs import require_fresh_proof
from accounts.api.shapes.jobs import JobShape, job_shape
from accounts.models import Job
from accounts.shortcuts import get_job_of
from accounts.views.export import STARTERS, open_ready_file
from config.api import ApiView


class JobView(ApiView):
    """What answers with a job."""

    def accepted(self, job: Job) -> Response:
        """Return 202 with the address of ``job``, which may have been on its way already."""
        data = job_shape(job, self.addresses)
        return self.one(data, status=202, location=data["url"])


class Jobs(JobView):
    """One's own long work."""

    scopes: ClassVar = {"GET": "exports"}
    shape = JobShape

    @extend_schema(responses=JobShape(many=True))
    def get(self, request: Request) -> Response:
        """Members: one's own long work of the last 90 days, newest first."""
        return self.page(
            Job.objects.by_owner(request.user),
            lambda rows: [job_shape(row, self.addresses) for row in rows],
            field="created_at",
        )


class OneJob(JobView):
    """One piece of one's own long work."""

    scopes: ClassVar = {"GET": "exports"}
    shape = JobShape

    @extend_schema(responses=JobShape)
    def get(self, request: Request, pk: int) -> Response:
        """The owner: how far it is. Others: 404."""
        return self.one(job_shape(get_job_of(request.user, pk), self.addresses))


class CancelJob(JobView):
    """The end of a job before its time."""

    scopes: ClassVar = {"POST": "exports"}

    @extend_schema(request=None, responses=JobShape)
    def post(self, request: Request, pk: int) -> Response:
        """The owner: stop what waits or runs; what is over stays as it is. Others: 404."""
        job = actions.cancel_job(get_job_of(request.user, pk))
        return self.one(job_shape(job, self.addresses))


class RetryJob(JobView):
    """A failed job once more."""

    scopes: ClassVar = {"POST": "exports"}
    keeps_answers = False  # what cannot be queued is withdrawn after the commit

    @extend_schema(request=None, responses={202: JobShape})
    def post(self, request: Request, pk: int) -> Response:
        """The owner: start what failed again; the one on its way instead of a second. Others: 404."""
        job = get_job_of(request.user, pk)
        limits.count_retry(request.user)
        return self.accepted(actions.retry_job(job))


class AnyMediaType(BaseContentNegotiation):
    """Takes every Accept: the file is what it is, and problems are JSON."""

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class DownloadJob(ApiView):
    """The file that a job made."""

    scopes: ClassVar = {"GET": "exports"}
    content_negotiation_class = AnyMediaType

    @extend_schema(
        responses={
            (200, "application/zip"): OpenApiTypes.BINARY,
            (200, "application/json"): OpenApiTypes.ANY,
        }
    )
    def get(self, request: Request, pk: int) -> FileResponse | HttpResponseRedirect:
        """The owner: the file itself, until it expires (410). Others: 404."""
        job = get_job_of(request.user, pk)
        require_fresh_proof(request)
        return open_ready_file(job)


class ExportInput(serializers.Serializer):
    """What to take along."""

    kind = serializers.ChoiceField(choices=list(STARTERS))


class Exports(JobView):
    """Taking along what is one's own."""

    scopes: ClassVar = {"POST": "exports"}
    keeps_answers = False

    @extend_schema(request=ExportInput, responses={202: JobShape})
    def post(self, request: Request) -> Response:
        """Members: ask for the whole archive or the posts; the one on its way instead of a second."""
        kind = self.valid(ExportInput)["kind"]
        limits.count_export(request.user)
        return self.accepted(STARTERS[kind](request.user))
