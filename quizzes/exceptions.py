"""Why a question cannot be drawn, answered or approved, each as a whole sentence for the reader."""


class QuizRefusal(Exception):
    """An expected refusal; its text is shown to the person."""

    sentence = ""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)


class NoQuestions(QuizRefusal):
    """Nothing can be drawn."""

    sentence = (
        "题库里还没有这个风险点的题目，暂时不能测验；请联系内容编辑补题，或先学习风险点页面。"
    )


class NothingChosen(QuizRefusal):
    """The response holds no usable choice or text."""

    sentence = "还没有作答，请先选好或填好，再按“确定”。"


class OneChoiceOnly(QuizRefusal):
    """Several options were sent for a question that takes one."""

    sentence = "这道题只能选一项，请只留一项，再按“确定”。"


class ResponseTooLong(QuizRefusal):
    """The written text is longer than any answer."""

    def __init__(self, most: int = 100) -> None:
        super().__init__(f"填写的内容超过{most}个字，请缩短后再按“确定”。")


class AnswerStands(QuizRefusal):
    """The question was already answered and explained."""

    sentence = "这道题已经确定过，答案和讲解不会再变；请接着做下一题。"


class AttemptClosed(QuizRefusal):
    """The attempt was already submitted."""

    sentence = "这份测验已经交卷，不能再改；可以查看结果，或者再测一次。"


class QuestionsLeft(QuizRefusal):
    """The attempt has questions without an answer."""

    sentence = "还有题目没有作答，请先答完，再交卷。"


class OwnText(QuizRefusal):
    """The writer of a text asked to approve it."""

    sentence = "这道题最后是您自己改的，请换一位同事审核。"


class NotApprovable(QuizRefusal):
    """The text could not be asked or graded."""


class NothingToApprove(QuizRefusal):
    """The text is the published one already."""

    sentence = "这道题没有待审核的改动，不需要审核；要停用请按“撤下”。"


class ImportRefused(QuizRefusal):
    """A file of questions cannot be brought into the bank as it is."""


class MarkRefused(QuizRefusal):
    """A short answer cannot be marked so."""


class RegradeRefused(QuizRefusal):
    """Earlier answers cannot be judged anew as asked for."""
