"""Log-in by staff number and password, or by the one-time first code."""

from datetime import datetime
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest
from django.utils import timezone

from people.models import FirstCode, User


class StaffNumberBackend(ModelBackend):
    """Check a password, else an unused first code; unknown names take as long as known ones."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the account whose password or first code this is; a first code is then used up."""
        if not username or not password:
            return None
        user = User.objects.filter(username=username).select_related("employee").first()
        if user is None:
            make_password(password)
            return None
        if not self.user_can_authenticate(user):
            make_password(password)
            return None
        if user.check_password(password):
            return user
        return user if self._uses_first_code(user, password, now=timezone.now()) else None

    def _uses_first_code(self, user: User, code: str, *, now: datetime) -> bool:
        first = FirstCode.objects.filter(user=user).first()
        if first is None or not first.is_usable(now=now):
            return False
        if not check_password(code.strip().upper(), first.code_hash):
            return False
        # Only one of two simultaneous log-ins may use the code up.
        used = FirstCode.objects.filter(pk=first.pk, used_at=None).update(used_at=now)
        if used:
            User.objects.filter(pk=user.pk).update(must_change_password=True)
            user.must_change_password = True
        return bool(used)
