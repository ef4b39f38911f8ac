"""What an editor fills in for one option or one marking point."""

from wagtail import blocks


class OptionBlock(blocks.StructBlock):
    """One choice, with the reason a learner reads after answering."""

    text = blocks.CharBlock(label="选项", max_length=120)
    right = blocks.BooleanBlock(label="正确", required=False)
    why = blocks.TextBlock(label="为什么对或为什么错", rows=2)

    class Meta:
        label = "选项"
        icon = "list-ul"


class MarkingPointBlock(blocks.StructBlock):
    """What a short answer should mention, and what it is worth."""

    text = blocks.CharBlock(label="得分点", max_length=120)
    score = blocks.IntegerBlock(label="分值", min_value=1, max_value=10, default=1)

    class Meta:
        label = "得分点"
        icon = "tick"
