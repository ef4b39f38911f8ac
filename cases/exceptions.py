"""Why something is not done with a case, each as a whole sentence for the reader."""

from django.core.exceptions import PermissionDenied


class CaseRefusal(Exception):
    """An expected refusal; its text is shown to the person."""

    sentence = ""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)


class NotAChecker(CaseRefusal):
    """The person holds no role that checks cases."""

    sentence = "去标识核对由内容编辑和纪检专责做；请请他们核对，或联系系统管理员开通。"


class OwnText(CaseRefusal):
    """The checker wrote a part of the text."""

    sentence = "这份文本有您写的内容，不能由您核对；请换一位没有改过它的内容编辑或纪检专责。"


class HitsOpen(CaseRefusal):
    """The scan found what may be an identity, and nobody has said that it is none."""


class NoSuchHit(CaseRefusal):
    """The text holds no such hit any more."""

    sentence = "这处文字已经不在案例里，不用再认定；请刷新后再看。"


class TextChanged(CaseRefusal):
    """The text is no longer the one that was read."""

    sentence = "您看的时候文本又改过，没有确认；请把现在的文本再看一遍。"


class NotALecturer(CaseRefusal):
    """The person holds no role that lectures."""

    sentence = "讲课包由支部书记、支部纪检委员、培训专责、内容编辑和纪检专责制作。"


class NotChecked(PermissionDenied):
    """A text cannot be published before a second person confirmed it; wherever it is tried."""
