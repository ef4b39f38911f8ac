"""Signing off what a new hire can do: item by item, seen, confirmed by both, then by the head."""

import hashlib
import uuid
from datetime import date, datetime

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common.pictures import NotAPicture, Picture, TooManyPixels, draw_anew
from courses.exceptions import CourseRefusal, PhotoRefused
from courses.models import Enrollment, SignOff
from courses.services.enrolling import settle_if_done, standing_of
from courses.services.notices import (
    settle_head,
    settle_signed_items,
    tell_mentor,
    tell_of_signed_items,
)
from people.models import Employee
from people.scope import DEPUTY_HEAD_POSITION, HEAD_POSITION, Scope
from people.services import account_id

SHORTEST_SEEN = 8
LARGEST_PHOTO = 10 * 1024 * 1024
LONGEST_SIDE = 1600
MOST_PIXELS = 50_000_000


def sign_item(
    *,
    enrollment: Enrollment,
    seq: int,
    shown_on: date,
    seen: str,
    by: Employee,
    now: datetime,
    photo: File[bytes] | None = None,
) -> SignOff:
    """Sign one item that the mentor saw done on a day; an item that is signed stays as it is.

    :raises PhotoRefused: if the photo is none, damaged or too large.
    :raises CourseRefusal: if the person is not the mentor, it is not its turn yet, the day cannot
        be meant, or neither a sentence nor a photo says what was seen.
    """
    if enrollment.mentor_id != by.pk:
        raise CourseRefusal("只有指定的师傅可以签认；换师傅请联系所长或培训专责。")
    today = timezone.localdate(now)
    if not enrollment.starts_on <= shown_on <= today:
        raise CourseRefusal(
            f"演示日期要在{enrollment.starts_on:%Y-%m-%d}到今天之间，请改正后再签认。"
        )
    if photo is None and len(seen.strip()) < SHORTEST_SEEN:
        raise CourseRefusal(
            f"请写明亲眼看到了什么，至少{SHORTEST_SEEN}个字；或者拍一张照片，再签认。"
        )
    drawn = _drawn(photo) if photo is not None else None
    with transaction.atomic():
        held = Enrollment.objects.select_for_update().select_related("course").get(pk=enrollment.pk)
        standing = standing_of(held)
        if standing.blocked_by is not None:
            raise CourseRefusal(f"先通过{standing.blocked_by.level_name}，再签认实操。")
        step = next((step for step in standing.sign_steps if step.seq == seq), None)
        if step is None or not held.is_open:
            raise CourseRefusal("签认表里没有这一项，或者这一级已经办结；请刷新页面再看。")
        if step.sign_off is not None:
            return step.sign_off
        signed = SignOff(
            enrollment=held,
            seq=seq,
            title=step.title,
            demanded=step.demanded,
            shown_on=shown_on,
            seen=seen.strip(),
            signed_by=by,
            signed_at=now,
        )
        proof = {}
        if drawn is not None:
            name = f"{uuid.uuid4().hex}.{drawn.suffix}"
            signed.photo_type = drawn.content_type
            signed.photo.save(name, ContentFile(drawn.data), save=False)
            proof = {"photo_sha256": hashlib.sha256(drawn.data).hexdigest()}
        signed.save(force_insert=True)
        tell_of_signed_items(held, now=now)
        record(
            actor_id=account_id(by),
            action="courses.item.signed",
            subject=signed,
            now=now,
            data=proof,
        )
    return signed


def _drawn(photo: File[bytes]) -> Picture:
    if photo.size > LARGEST_PHOTO:
        raise PhotoRefused(
            f"照片超过{LARGEST_PHOTO // 1048576}MB，没有收下；请把相机的像素调低，重新拍一张。"
        )
    try:
        return draw_anew(photo.read(), longest_side=LONGEST_SIDE, most_pixels=MOST_PIXELS)
    except TooManyPixels as error:
        raise PhotoRefused("照片的像素太多，没有收下；请把相机的像素调低，重新拍一张。") from error
    except NotAPicture as error:
        raise PhotoRefused(
            "这个文件不是JPG、PNG或WebP照片，或者已经损坏，没有收下；请重新拍一张。"
        ) from error


def confirm_item(*, sign_off: SignOff, by: Employee, now: datetime) -> SignOff:
    """Confirm, as the one who showed it, that an item was shown as the mentor wrote.

    :raises CourseRefusal: if it is another's.
    """
    if sign_off.enrollment.employee_id != by.pk:
        raise CourseRefusal("只有本人可以确认自己的实操。")
    with transaction.atomic():
        held = SignOff.objects.select_for_update().get(pk=sign_off.pk)
        if held.confirmed_at is None:
            held.confirmed_at = now
            held.save(update_fields=["confirmed_at"])
            record(actor_id=account_id(by), action="courses.item.confirmed", subject=held, now=now)
            if not held.enrollment.sign_offs.filter(confirmed_at=None).exists():
                settle_signed_items(held.enrollment, now=now)
            settle_if_done(enrollment=held.enrollment, now=now)
    return held


def confirm_level(*, enrollment: Enrollment, by: Employee, now: datetime) -> Enrollment:
    """Confirm, as head of the station, that a new hire may work alone; it completes the level.

    :raises CourseRefusal: if the person is not the head there, or something is left.
    """
    if not may_confirm(enrollment, Scope.held_by(by, on=timezone.localdate(now))):
        raise CourseRefusal("只有本所所长或副所长可以确认，且不能是师傅本人。")
    with transaction.atomic():
        held = Enrollment.objects.select_for_update().select_related("course").get(pk=enrollment.pk)
        if held.confirmed_at is not None:
            return held
        standing = standing_of(held)
        if not standing.awaits_head:
            raise CourseRefusal("课时和实操还没有全部完成并由本人确认，现在不能确认结业。")
        held.confirmed_by = by
        held.confirmed_at = now
        held.save(update_fields=["confirmed_by", "confirmed_at"])
        settle_head(held, now=now)
        record(actor_id=account_id(by), action="courses.level.confirmed", subject=held, now=now)
    settle_if_done(enrollment=held, now=now)
    held.refresh_from_db()
    return held


def may_confirm(enrollment: Enrollment, scope: Scope) -> bool:
    """Return whether the holder of a scope is head where the new hire works, and not the mentor."""
    if scope.employee is None or scope.employee.pk in {
        enrollment.mentor_id,
        enrollment.employee_id,
    }:
        return False
    main = enrollment.employee.main_posting(on=scope.on)
    heads = scope.unit_ids_held_as([HEAD_POSITION, DEPUTY_HEAD_POSITION])
    return main is not None and main.unit_id in heads


def name_mentor(
    *, enrollment: Enrollment, mentor: Employee, by: Employee, now: datetime
) -> Enrollment:
    """Name who shows the new hire the work; what another has signed stays signed.

    :raises CourseRefusal: if it would be the new hire.
    """
    if mentor.pk == enrollment.employee_id:
        raise CourseRefusal("师傅不能是学员本人，请另选一位同事。")
    with transaction.atomic():
        held = Enrollment.objects.select_for_update().get(pk=enrollment.pk)
        held.mentor = mentor
        held.save(update_fields=["mentor"])
        record(
            actor_id=account_id(by),
            action="courses.mentor.named",
            subject=held,
            now=now,
            data={"mentor": mentor.pk},
        )
        tell_mentor(held, now=now)
    return held
