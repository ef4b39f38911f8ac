"""Fictional names of people and of companies."""

from collections.abc import Iterator

from demo.draws import draw

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡"
    "贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
    "钱汤尹黎易常武乔贺赖龚文"
)
COMPOUND_SURNAMES = ("欧阳", "上官", "令狐", "司徒", "诸葛")
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉萍红玲飞鹏浩宇轩然博文俊峰建国志远晓东海燕"
    "春梅秋月冬雪立新永康振兴云龙少华国栋家豪思源雨桐梓涵子墨欣怡佳琪雅婷诗涵一鸣天佑书航景行"
    "守正怀瑾若水清扬知行致和承志向阳"
)
# Characters that break what counts bytes, assumes the basic plane, or lacks a font.
RARE_NAMES = (
    "仉燚",
    "逄堃",
    "亓官喆",
    "妫赟",
    "昝翀",
    "王𬱖",
    "李𬭎",
    "陈䶮",
    "张𫖮",
    "刘昇昱",
    "龚犇",
    "缑珺璟",
    "阿依古丽·买买提",
    "赵玥",
)

# Drawn by chance, these would be read as somebody real.
PUBLIC_FIGURES = frozenset({"李强", "韩正", "王晨", "张军", "王军"})

COMPANY_PLACES = ("江城", "城南", "西岭", "东港", "北湖", "临江", "高新", "云溪", "长堤", "青石")
COMPANY_WORDS = (
    "宏达",
    "恒岳",
    "金轮",
    "新源",
    "华茂",
    "永固",
    "东升",
    "天工",
    "百川",
    "联丰",
    "锦绣",
    "正泓",
    "启明",
    "海岚",
    "森泰",
    "润禾",
    "兴隆",
)
COMPANY_TRADES = (
    "塑料制品厂",
    "纺织有限公司",
    "五金制造厂",
    "机械有限公司",
    "食品加工厂",
    "纸业有限公司",
    "建材有限公司",
    "水泥厂",
    "冷链物流有限公司",
    "电子科技有限公司",
    "化纤有限公司",
    "木业有限公司",
    "阀门厂",
    "印染有限公司",
    "汽配有限公司",
    "包装有限公司",
)


def person_names(*, seed: int) -> Iterator[str]:
    """Return an endless row of names, a few of them rare; namesakes happen, as in life."""
    rng = draw(seed, "names")
    rare = iter(RARE_NAMES)
    number = 0
    while True:
        number += 1
        if number % 61 == 17 and (name := next(rare, None)) is not None:
            yield name
            continue
        surname = rng.choice(COMPOUND_SURNAMES) if rng.random() < 0.01 else rng.choice(SURNAMES)
        given = "".join(rng.sample(GIVEN, 1 if rng.random() < 0.22 else 2))
        if surname + given not in PUBLIC_FIGURES:
            yield surname + given


def company_name(*, seed: int, number: int) -> str:
    """Return the name of one customer."""
    rng = draw(seed, "company", number)
    return rng.choice(COMPANY_PLACES) + rng.choice(COMPANY_WORDS) + rng.choice(COMPANY_TRADES)
