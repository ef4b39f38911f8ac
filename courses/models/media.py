"""Videos, recordings and attachments of lessons: kept as they came, shown by a view that asks."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from common.files import private_storage
from people.models import Role

if TYPE_CHECKING:
    from people.models import User

# A video may end a breath before or after its script.
SLACK_SECONDS = 2


class MediaKind(models.TextChoices):
    VIDEO = "video", "视频"
    AUDIO = "audio", "录音"
    ATTACHMENT = "attachment", "附件"


class MediaFileQuerySet(models.QuerySet["MediaFile"]):
    def visible_to(self, user: "User") -> Self:
        """Return the files of lessons that are published; editors have all of them."""
        if user.scope.has(Role.EDITOR):
            return self
        if user.scope.employee is None:
            return self.none()
        uses = ("video_of", "recording_of", "video_of_lesson", "recording_of_lesson")
        shown = Q(attached__lesson__live=True)
        for use in uses:
            shown |= Q(**{f"{use}__live": True})
        return self.filter(pk__in=MediaFile.objects.filter(shown).values("pk"))


class MediaFile(models.Model):
    """One file that lessons use. Its content never changes: a better one is another file.

    ``kind``, ``content_type`` and, where the file says it, ``seconds`` are read from the content.
    ``captions`` is WebVTT.
    """

    title = models.CharField("名称", max_length=80, help_text="学员下载附件时看到的名称。")
    kind = models.CharField("类别", max_length=10, choices=MediaKind)
    file = models.FileField("文件", upload_to="lessons", storage=private_storage)
    name = models.CharField("原文件名", max_length=120)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    seconds = models.PositiveSmallIntegerField(
        "时长（秒）", null=True, blank=True, help_text="mp4、m4a、wav自动读出；其他格式请填写。"
    )
    captions = models.TextField("字幕", blank=True)
    uploaded_by = models.ForeignKey(
        "people.User", models.PROTECT, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间")

    objects = MediaFileQuerySet.as_manager()

    class Meta:
        verbose_name = "音视频和附件"
        verbose_name_plural = "音视频和附件"
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=MediaKind.VIDEO) | ~Q(captions=""),
                name="courses_video_has_captions",
            ),
            models.CheckConstraint(
                condition=Q(kind=MediaKind.ATTACHMENT) | Q(seconds__isnull=False),
                name="courses_video_and_sound_have_a_length",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.get_kind_display()}）"

    @property
    def is_attachment(self) -> bool:
        """Whether it is downloaded and not played."""
        return self.kind == MediaKind.ATTACHMENT


def media_key(kind: MediaKind, label: str, *, related_name: str, help_text: str) -> Any:
    """Return the field of a lesson that holds a file of one kind."""
    return models.ForeignKey(
        MediaFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name=related_name,
        verbose_name=label,
        help_text=help_text,
    )


def fault_of_media(label: str, file: MediaFile, *, kind: MediaKind, length: int | None) -> str:
    """Return why a file cannot stand there, or nothing; ``length`` is that of the lesson."""
    if file.kind != kind:
        return f"“{file.title}”是{file.get_kind_display()}，不能放在“{label}”里，请另选。"
    if length is not None and abs((file.seconds or 0) - length) > SLACK_SECONDS:
        return (
            f"{label}“{file.title}”长{file.seconds}秒，这一课写的是{length}秒；"
            "看、听、读共用进度，请改成一样长再发布。"
        )
    return ""
