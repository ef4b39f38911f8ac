"""Extracts with nothing wrong: fresh, complete, keyed, resolving, and no finding in them."""

from __future__ import annotations

from datetime import date, timedelta

AS_OF = date(2026, 3, 31)
DAYS = 30
STATIONS = ("ORG01", "ORG02")


def healthy_t09(days: int = DAYS) -> dict[str, list[dict]]:
    """Two orders a day and station, each done by two people who signed in together."""
    tables: dict[str, list[dict]] = {
        "dsc_repair_order": [],
        "dsc_repair_crew": [],
        "dsc_repair_material": [],
        "erp_goods_issue": [],
        "pms_outage": [],
    }
    for ago in range(days):
        day = AS_OF - timedelta(ago)
        for station in STATIONS:
            for number in (1, 2):
                order = f"{station}-{day:%m%d}-{number}"
                tables["dsc_repair_order"].append(
                    {
                        "order_no": order,
                        "org_code": station,
                        "source": "customer",
                        "fault_type": "断线",
                        "device_no": "D1",
                        "accept_time": f"{day} 08:00:00",
                        "finish_time": f"{day} 10:00:00",
                        "need_material": True,
                        "outsource_flag": False,
                        "leader_emp_no": "E1",
                    }
                )
                tables["dsc_repair_crew"] += [
                    {
                        "order_no": order,
                        "emp_no": person,
                        "sign_time": f"{day} 09:0{person[1]}:00",
                        "sign_lon": "120.1",
                        "sign_lat": "30.1",
                        "device_id": f"P{person[1]}",
                    }
                    for person in ("E1", "E2")
                ]
                tables["dsc_repair_material"].append(
                    {
                        "order_no": order,
                        "material_code": "M1",
                        "register_time": f"{day} 11:00:00",
                    }
                )
                tables["erp_goods_issue"].append(
                    {
                        "issue_no": f"I-{order}",
                        "work_order_no": order,
                        "material_code": "M1",
                        "qty": "2",
                        "unit_price": "35.125",
                        "issue_date": f"{day}",
                    }
                )
        tables["pms_outage"].append(
            {
                "outage_no": f"O-{day:%m%d}",
                "device_no": "D1",
                "start_time": f"{day} 07:00:00",
                "end_time": f"{day} 09:00:00",
            }
        )
    return tables


def healthy_t11() -> dict[str, list[dict]]:
    """Small purchases under framework contracts that are all known."""
    lines = [
        {
            "po_no": f"P{number}",
            "line_no": 1,
            "org_code": STATIONS[number % 2],
            "category_code": "K1",
            "supplier_code": "S1",
            "amount": "100.00",
            "method": "petty",
            "create_date": f"{AS_OF - timedelta(number)}",
            "requester_emp_no": "E1",
            "contract_no": "C1",
        }
        for number in range(30)
    ]
    contracts = [
        {
            "contract_no": "C1",
            "title": "年度采购",
            "contract_type": "purchase",
            "sign_date": "2025-01-01",
            "framework_flag": False,
        }
    ]
    return {"erp_purchase_order": lines, "law_contract": contracts}
