"""Why something about a session is refused, each as a whole sentence for the reader."""


class SessionRefusal(Exception):
    """An expected refusal; its text is shown to the person."""


class Clashing(SessionRefusal):
    """The time clashes with something and nobody has said that it shall stand all the same."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("这个时间有冲突，还没有排上：" + "".join(sentences))
        self.sentences = sentences


class SignInRefused(SessionRefusal):
    """Nobody can sign in like this, or not now."""
