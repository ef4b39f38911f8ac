"""The owner's page of a job. Only who asked for a job can see it; to others it does not exist."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from common.formats import zh_moment
from jobs.files import file_of
from jobs.models import Job, JobState
from jobs.services import cancel


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a job is, or how it ended."""
    job = get_object_or_404(Job.objects.owned_by(request.user.pk), pk=pk)
    if file_of(job) is not None:
        result_url, result = reverse("jobs:download", args=[pk]), "下载"
    else:
        result_url, result = job.result.get("url", ""), "去看结果"
    return render(
        request,
        "page_job.html",
        {
            "job": _progress_of(job),
            "poll_url": reverse("jobs:progress", args=[pk]),
            "result_url": result_url,
            "result": result,
            "back_url": job.params.get("back_url", ""),
            "back": job.params.get("back", ""),
            "cancel_url": "" if job.has_ended else reverse("jobs:cancel", args=[pk]),
        },
    )


@login_required
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the part of the page that polling replaces."""
    job = get_object_or_404(Job.objects.owned_by(request.user.pk), pk=pk)
    return render(request, "components/job_progress.html", {"job": _progress_of(job)})


@login_required
@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Hand out the file that a job made."""
    job = get_object_or_404(Job.objects.owned_by(request.user.pk), pk=pk)
    path = file_of(job)
    if path is None:
        messages.error(request, f"任务{job.pk}的文件只保留7天，已经删除，请重新发起。")
        return redirect("jobs:detail", pk=job.pk)
    name = job.result.get("filename") or path.name
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


@login_required
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a job that has not ended."""
    job = get_object_or_404(Job.objects.owned_by(request.user.pk), pk=pk)
    if cancel(job=job, now=timezone.now()):
        messages.success(request, f"任务{job.pk}已取消。")
    else:
        messages.error(request, f"任务{job.pk}已经结束，不能再取消。")
    return redirect("jobs:detail", pk=job.pk)


def _progress_of(job: Job) -> dict[str, Any]:
    today = timezone.localdate()
    sentences = {
        JobState.WAITING: "已排队，轮到时自动开始。",
        JobState.DONE: job.result.get("sentence", ""),
        JobState.FAILED: job.error,
        JobState.CANCELLED: "任务已取消。",
    }
    # The stage that runs shows the label itself.
    running = "" if job.stage else job.label
    return {
        "number": job.pk,
        "title": job.title,
        "started": zh_moment(job.started_at or job.created_at, today=today),
        # A page that polls stops at done and failed.
        "state": JobState.FAILED if job.state == JobState.CANCELLED else job.state,
        "percent": job.percent,
        "stages": job.stage_rows(),
        "sentence": sentences.get(JobState(job.state), running),
    }
