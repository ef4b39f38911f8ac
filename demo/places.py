"""The fictional company: its units, its posts, and the people whom the manual and tests name."""

from dataclasses import dataclass

CITY_CODE = "JC"
CITY_NAME = "江城供电公司"

COUNTIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "城区",
        (
            "城东",
            "城西",
            "城南",
            "城北",
            "河滨",
            "南门",
            "文昌",
            "钟楼",
            "新桥",
            "柳巷",
            "青石",
            "东门",
        ),
    ),
    ("西岭", ("西郊", "岭下", "石塘", "松坪", "云岩", "竹溪", "白马", "茶坞", "上坪")),
    (
        "东港",
        ("港南", "港北", "沙埠", "海塘", "盐仓", "渔湾", "潮音", "东屿", "礁头", "望潮"),
    ),
    (
        "北湖",
        (
            "湖东",
            "湖西",
            "荷塘",
            "苇荡",
            "菱湖",
            "莲溪",
            "长堤",
            "杨湾",
            "鹭洲",
            "桑园",
            "北闸",
        ),
    ),
    (
        "临江",
        ("江口", "江心", "渡头", "滩头", "临溪", "柏树", "梅岭", "龙潭", "银杏", "沙洲"),
    ),
    ("高新", ("科园", "创新", "云谷", "东创", "智造", "星河", "未来", "软件园")),
)


@dataclass(frozen=True, slots=True)
class DepartmentPost:
    """A post at the city or a county company that is none of the manual's posts."""

    code: str
    name: str
    duty: str


DEPARTMENT_POSTS = (
    DepartmentPost("general_manager", "总经理", "主持公司全面工作"),
    DepartmentPost("party_secretary", "党委书记", "主持公司党委工作"),
    DepartmentPost("discipline_secretary", "纪委书记", "主持公司纪委工作"),
    DepartmentPost("discipline_director", "纪委办公室主任", "主持纪委办公室工作"),
    DepartmentPost("discipline_deputy", "纪委办公室副主任", "协助主持纪委办公室工作"),
    DepartmentPost("discipline_clerk", "纪检专责", "研判预警、下发工单、审核反馈"),
    DepartmentPost("inspection_clerk", "巡察办专责", "登记巡察问题、跟踪整改"),
    DepartmentPost("party_affairs", "党建专责", "组织生活与党员教育"),
    DepartmentPost("publicity", "宣传专责", "编辑案例、微课与期刊"),
    DepartmentPost("training_clerk", "培训专责", "课程、学时与考核"),
    DepartmentPost("marketing_dept", "市公司营销专责", "营销业务归口管理"),
    DepartmentPost("operations_dept", "设备运检专责", "运维抢修归口管理"),
    DepartmentPost("materials_dept", "物资专责", "采购与仓储归口管理"),
    DepartmentPost("construction_dept", "市公司工程专责", "配网工程归口管理"),
    DepartmentPost("finance_dept", "市公司财务专责", "资金与报销归口管理"),
    DepartmentPost("legal_dept", "法律合规专责", "合同与合规管理"),
    DepartmentPost("hr_dept", "市公司人资专责", "用工与薪酬归口管理"),
    DepartmentPost("office_dept", "市公司综合专责", "印章、车辆与会议"),
    DepartmentPost("safety_dept", "安全监察专责", "安全监督"),
    DepartmentPost("audit_dept", "审计专责", "内部审计"),
    DepartmentPost("digital_dept", "数字化专责", "系统与账号管理"),
    DepartmentPost("security_dept", "网络安全专责", "网络与数据安全"),
    DepartmentPost("dispatch_dept", "调度值班员", "电网调度"),
    DepartmentPost("clerk", "综合事务员", "文书与后勤"),
)

CITY_STAFF = (
    ("general_manager", 1),
    ("party_secretary", 1),
    ("discipline_secretary", 1),
    ("discipline_director", 1),
    ("discipline_deputy", 1),
    ("discipline_clerk", 3),
    ("inspection_clerk", 1),
    ("party_affairs", 2),
    ("publicity", 2),
    ("training_clerk", 1),
    ("marketing_dept", 3),
    ("operations_dept", 3),
    ("materials_dept", 3),
    ("construction_dept", 3),
    ("finance_dept", 3),
    ("legal_dept", 2),
    ("hr_dept", 2),
    ("office_dept", 2),
    ("safety_dept", 2),
    ("audit_dept", 2),
    ("digital_dept", 2),
    ("security_dept", 1),
    ("dispatch_dept", 3),
    ("clerk", 2),
)

COUNTY_REVIEWERS = (
    "county_marketing",
    "county_construction",
    "county_finance",
    "county_hr",
    "county_office",
)

COUNTY_STAFF = (
    ("general_manager", 1),
    ("party_secretary", 1),
    ("discipline_secretary", 1),
    ("discipline_director", 1),
    ("discipline_clerk", 2),
    *((code, 1) for code in COUNTY_REVIEWERS),
    ("party_affairs", 1),
    ("training_clerk", 1),
    ("operations_dept", 1),
    ("materials_dept", 1),
    ("legal_dept", 1),
    ("safety_dept", 1),
    ("clerk", 1),
)

LARGE, MEDIUM, SMALL = "large", "medium", "small"

# How many people hold each station post as their main one.
STATION_STAFF: dict[str, dict[str, int]] = {
    LARGE: {
        "station_head": 1,
        "deputy_head": 2,
        "account_manager": 4,
        "connection_clerk": 1,
        "usage_inspector": 2,
        "meter_reader": 1,
        "billing_clerk": 1,
        "counter_clerk": 2,
        "metering_tech": 2,
        "om_repair": 4,
        "project_manager": 1,
        "safety_officer": 1,
        "warehouse_keeper": 1,
        "admin_officer": 1,
        "expense_clerk": 1,
        "labor_admin": 1,
    },
    MEDIUM: {
        "station_head": 1,
        "deputy_head": 1,
        "account_manager": 2,
        "connection_clerk": 1,
        "usage_inspector": 1,
        "meter_reader": 1,
        "billing_clerk": 1,
        "counter_clerk": 1,
        "metering_tech": 1,
        "om_repair": 2,
        "project_manager": 1,
        "safety_officer": 1,
        "warehouse_keeper": 1,
        "admin_officer": 1,
        "expense_clerk": 1,
        "labor_admin": 1,
    },
    SMALL: {
        "station_head": 1,
        "deputy_head": 1,
        "account_manager": 2,
        "usage_inspector": 1,
        "billing_clerk": 1,
        "counter_clerk": 1,
        "metering_tech": 1,
        "om_repair": 2,
        "project_manager": 1,
        "safety_officer": 1,
        "warehouse_keeper": 1,
        "admin_officer": 1,
        "expense_clerk": 1,
    },
}

# In a small station one person holds two posts; no pair reviews itself in the manual.
SECOND_POSTS = {
    "counter_clerk": "connection_clerk",
    "metering_tech": "meter_reader",
    "expense_clerk": "labor_admin",
}

# Who appears by name in the manual's pictures and in the walk-through: (unit, post) → names.
CAST: dict[tuple[str, str], tuple[str, ...]] = {
    ("JC0101", "station_head"): ("许建平",),
    ("JC0101", "deputy_head"): ("陈立", "赵立民"),
    ("JC0101", "account_manager"): ("周敏", "王建国", "钱晓东", "孙丽"),
    ("JC0101", "usage_inspector"): ("许燕", "何涛"),
    ("JC0101", "om_repair"): ("郭强", "王海"),
    ("JC0101", "safety_officer"): ("沈力",),
    ("JC0102", "station_head"): ("韩志远",),
    ("JC01", "discipline_director"): ("顾晨",),
    ("JC01", "discipline_clerk"): ("林致远", "方琳"),
    ("JC01", "county_marketing"): ("苏明",),
    ("JC01", "training_clerk"): ("罗佳",),
    ("JC", "discipline_director"): ("秦岚",),
    ("JC", "discipline_clerk"): ("唐毅",),
    ("JC", "general_manager"): ("杜若",),
    ("JC", "publicity"): ("叶青", "钟书"),
    ("JC", "training_clerk"): ("梁静",),
    ("JC", "marketing_dept"): ("邵平",),
    ("JC", "inspection_clerk"): ("龙吟",),
    ("JC", "legal_dept"): ("裴钧", "季平"),
    ("JC", "audit_dept"): ("严谨言",),
    ("JC", "digital_dept"): ("程默",),
    ("JC", "security_dept"): ("尹安",),
}
