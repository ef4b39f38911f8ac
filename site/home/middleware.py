"""The door of the editors' back office."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from common.middleware import EDITOR_PREFIX
from home.editors import admit_editor


class EditorDoorMiddleware:
    """Ask at each request to the back office whether the person is an editor today."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> None:
        """Refuse who is signed in and no editor; Wagtail itself sends others to the log-in.

        :raises PermissionDenied: so that the refusal is the page that all refusals are.
        """
        if (
            request.path.startswith(EDITOR_PREFIX)
            and request.user.is_authenticated
            and not admit_editor(user=request.user)
        ):
            raise PermissionDenied(
                "编辑后台只对内容编辑开放，需要修改内容请联系本公司的内容编辑，"
                "需要开通请联系系统管理员。"
            )
