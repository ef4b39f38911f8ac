"""Who can be tried in the demonstration; these accounts exist only where it runs."""

from dataclasses import dataclass

# Known to everybody on purpose: the demonstration listens on 127.0.0.1 alone.
PASSWORD = "yanshi-gongkai-2026"  # noqa: S105 - no secret


@dataclass(frozen=True, slots=True)
class Part:
    """One account: what it shows, and whose it is."""

    role: str
    name: str


PARTS = (
    Part("客户经理", "周敏"),
    Part("同岗同事", "王建国"),
    Part("供电所所长", "许建平"),
    Part("副所长", "陈立"),
    Part("核查人、支部纪检委员", "许燕"),
    Part("核查人", "沈力"),
    Part("党支部书记", "赵立民"),
    Part("另一支部书记、所长", "韩志远"),
    Part("新员工", "李想"),
    Part("县公司纪检专责", "林致远"),
    Part("县公司纪委办公室主任", "顾晨"),
    Part("市公司纪检专责", "唐毅"),
    Part("市公司纪委办公室主任", "秦岚"),
    Part("业务部门专责", "苏明"),
    Part("培训专责", "罗佳"),
    Part("内容编辑", "叶青"),
    Part("内容编辑（批准人）", "钟书"),
    Part("规则管理员", "裴钧"),
    Part("巡察联络员", "龙吟"),
    Part("公司领导", "杜若"),
    Part("系统管理员", "程默"),
    Part("安全管理员", "尹安"),
    Part("审计员", "严谨言"),
)
