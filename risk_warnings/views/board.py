"""The inspector's board, its export, and the decision about held tips."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from people.models import OrgUnit, SignedInRequest
from risk_warnings import board as figures
from risk_warnings.models import Level, RiskWarning, RuleRun, WorkOrder
from risk_warnings.models.warnings import SUPERVISORS
from risk_warnings.presentation import themes
from risk_warnings.services import decide_brake
from risk_warnings.services.export import export_board
from risk_warnings.views.shared import done_or_said, require_supervisor

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_GET
def board(request: SignedInRequest) -> HttpResponse:
    """Show what is open in the person's scope, by level, age and station, and how the data are."""
    require_supervisor(request)
    now = timezone.now()
    where = figures.BoardFilter.read(request.GET)
    warnings = RiskWarning.objects.supervised_by(request.user)
    counted = figures.counts(warnings, now=now)
    strip = figures.theme_strip(warnings, where=where)
    units = list(
        OrgUnit.objects.filter(request.user.scope.units(*SUPERVISORS))
        .select_related("parent")
        .order_by("path")
    )
    found = figures.rows_of(
        where.rows(warnings, now=now),
        page=request.GET.get("page", "1"),
        selected=request.GET.get("on", ""),
        now=now,
    )
    context = {
        "where": where,
        "chips": _chips(where, counted),
        "kpis": figures.kpis(
            counted,
            figures.order_counts(WorkOrder.objects.supervised_by(request.user), now=now),
        ),
        "found": found,
        "panel": figures.panel_of(found.selected, now=now),
        "strip": strip,
        "calm": sum(theme.is_calm for theme in strip),
        "grey": sum(theme.mark == "none" for theme in strip),
        "braked": [theme for theme in strip if theme.braked_run is not None],
        "heat": figures.heat_map(warnings, units=units, where=where, now=now),
        "areas": figures.AREAS,
        "state": figures.data_state(strip, now=now),
        "levels": Level.choices,
        "ages": [(key, label) for key, (label, _, _) in figures.AGES.items()],
        "units": units,
        "themes": list(themes().values()),
        "pending": counted["pending"],
        "nav_current": "risk_warnings",
    }
    return render(request, "risk_warnings/board.html", context)


CHIPS = (
    ("open", "在办"),
    ("overdue", "超期"),
    ("mine", "待审核"),
    ("pending", "待研判"),
    ("closed", "已办结"),
)


def _chips(where: figures.BoardFilter, counted: dict[str, int]) -> list[dict[str, object]]:
    return [
        {
            "label": label,
            "url": where.address(show=show),
            "count": counted[show],
            "current": where.show == show,
            "over": show == "overdue" and counted[show] > 0,
        }
        for show, label in CHIPS
    ]


@login_required
@require_POST
def export(request: SignedInRequest) -> HttpResponse:
    """Hand over the rows of the board, as filtered, as a workbook; it is logged."""
    employee = require_supervisor(request)
    now = timezone.now()
    where = figures.BoardFilter.read(request.POST)
    found = where.rows(RiskWarning.objects.supervised_by(request.user), now=now)
    content = export_board(warnings=found, by=employee, filters=where.address(), now=now)
    response = HttpResponse(content, content_type=XLSX)
    name = f"warnings-{timezone.localdate():%Y%m%d}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@require_POST
def brake(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide about the tips of a run that gave far more than usual."""
    employee = require_supervisor(request)
    run = get_object_or_404(RuleRun, pk=pk)
    tip = request.POST.get("tip") == "yes"
    return done_or_said(
        request,
        lambda: decide_brake(
            run=run, by=employee, tip=tip, reason=request.POST.get("reason", ""), now=timezone.now()
        ),
        said="已发出提示。" if tip else "不发提示，全部留待研判。",
        to="risk_warnings:board",
    )
