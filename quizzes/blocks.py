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


class NumberParameterBlock(blocks.StructBlock):
    """An amount or a quantity that is drawn anew each time."""

    name = blocks.CharBlock(label="参数名", max_length=20, help_text="题里写成{参数名}")
    low = blocks.DecimalBlock(label="从")
    high = blocks.DecimalBlock(label="到")
    step = blocks.DecimalBlock(label="间隔", default=1)

    class Meta:
        label = "数"
        icon = "order"


class DateParameterBlock(blocks.StructBlock):
    """A day that is drawn anew each time."""

    name = blocks.CharBlock(label="参数名", max_length=20, help_text="题里写成{参数名}")
    low = blocks.DateBlock(label="从")
    high = blocks.DateBlock(label="到")
    step = blocks.IntegerBlock(label="间隔（天）", default=1, min_value=1)

    class Meta:
        label = "日期"
        icon = "date"


class ChoiceParameterBlock(blocks.StructBlock):
    """One of several words or numbers, drawn anew each time."""

    name = blocks.CharBlock(label="参数名", max_length=20, help_text="题里写成{参数名}")
    values = blocks.TextBlock(label="取值", rows=4, help_text="一行一个")

    class Meta:
        label = "几个取值之一"
        icon = "list-ul"
