"""Why a lesson cannot go on or end yet, each as a whole sentence for the reader."""


class LessonRefusal(Exception):
    """An expected refusal; its text is shown to the person."""


class NotDecidedYet(LessonRefusal):
    """The lesson is asked to end before the choice in its middle."""

    def __init__(self) -> None:
        super().__init__("还没有“选一选”，请先选一项，再往下学。")


class NotCoveredYet(LessonRefusal):
    """The lesson is asked to end before it was really learnt."""

    def __init__(self, seconds_left: int, *, what: str = "读完这些文字") -> None:
        super().__init__(f"比{what}一般要用的时间短，请再看看，过{seconds_left}秒左右再点一次。")
        self.seconds_left = seconds_left


class NoSuchOption(LessonRefusal):
    """The choice is none of the options."""

    def __init__(self) -> None:
        super().__init__("还没有选，请先选一项，再接着学。")


class FileRefused(Exception):
    """A file or its captions cannot be taken as they are; the text tells the editor what to do."""


class CourseRefusal(Exception):
    """An expected refusal of something about a cycle; its text is shown to the person.

    ``field`` is the field of a form that it is about, None for the whole of it.
    """

    field: str | None = None


class PhotoRefused(CourseRefusal):
    """A photo cannot be taken as it is."""

    field = "photo"


class ClassFileRefused(CourseRefusal):
    """A list of new hires cannot be taken as it is."""
