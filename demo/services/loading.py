"""Loading the demonstration and keeping it up to date."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from wagtail.signal_handlers import disable_reference_index_auto_update

from demo import extracts
from demo.models import DemoRun
from demo.services.branches import Branches
from demo.services.clock import Clock, the_past_is_now
from demo.services.errors import ContentMissing, NoDemonstration, OtherDemonstration
from demo.services.learning import A_FEW_A_DAY, MANY_A_DAY, Learning
from demo.services.newcomers import Newcomers
from demo.services.people import load_people
from demo.services.play import Play
from demo.world import World, build_world
from people.models import Employee
from risk_manual.models import RiskPointPage
from risk_warnings.models import SourceBatch, WhitelistEntry
from risk_warnings.services import import_batch

DEFAULT_SEED = 7
IMPORT_EVERY_DAYS = 20

Progress = Callable[[str], None]


def _silent(what: str) -> None:
    return None


def demo_folder() -> Path:
    """Return where the deliveries of the demonstration lie."""
    return Path(settings.VAR_DIR) / "demo"


def load_demo(
    *,
    now: datetime,
    as_of: date | None = None,
    seed: int = DEFAULT_SEED,
    folder: Path | None = None,
    progress: Progress = _silent,
) -> DemoRun:
    """Load the demonstration as it stands on a day; loading twice adds nothing.

    A load that broke off is taken up where it stopped. Reads ``as_of`` and ``seed`` only the first
    time.

    :raises NoDemonstration: if this installation is no demonstration, or has people of its own.
    :raises ContentMissing: if the risk points have not been loaded.
    :raises OtherDemonstration: if one of another seed or day is there.
    :raises demo.world.TooEarly: if the day lies too far back.
    """
    require_demonstration()
    run = DemoRun.objects.first()
    if run is None:
        run = _begin(as_of=as_of or timezone.localdate(now), seed=seed, now=now, progress=progress)
    elif (as_of is not None and as_of != run.as_of) or seed != run.seed:
        raise OtherDemonstration(
            f"已装载了种子{run.seed}、{run.as_of:%Y年%m月%d日}的演示，不能再装另一个；"
            "要换，请先运行 make reset 清空演示数据。"
        )
    if run.loaded_at is not None:
        return run
    world = build_world(seed=run.seed, as_of=run.as_of)
    stage = _Stage(world, run, folder=folder or demo_folder(), progress=progress)
    # Warnings refer to pages that the database protects by itself.
    with the_past_is_now(stage.clock), disable_reference_index_auto_update():
        for day in stage.days_left(until=world.as_of):
            if stage.is_import_day(day):
                stage.import_morning(day, now=min(now, stage.clock.set(day, 4, 30)))
            if day < world.as_of:
                # One transaction a day: a load that breaks off leaves no half day behind.
                with transaction.atomic():
                    stage.act(day)
    run.loaded_at = now
    run.save(update_fields=["loaded_at"])
    return run


def bring_up_to_date(
    *, now: datetime, folder: Path | None = None, progress: Progress = _silent
) -> DemoRun | None:
    """Play the days up to yesterday, and import what was delivered by then.

    Returns None before the first load. Running it again on the same day does nothing.

    :raises NoDemonstration: if this installation is no demonstration.
    """
    require_demonstration()
    run = DemoRun.objects.exclude(loaded_at=None).first()
    if run is None:
        return None
    today = timezone.localdate(now)
    world = build_world(seed=run.seed, as_of=run.as_of)
    stage = _Stage(world, run, folder=folder or demo_folder(), progress=progress)
    for day in stage.days_left(until=today - timedelta(days=1)):
        stage.act(day, crowd=MANY_A_DAY)
    if not SourceBatch.objects.filter(as_of__gte=today - timedelta(days=1)).exists():
        stage.import_morning(today, now=now)
    return run


class _Stage:
    """One demonstration on its way from day to day."""

    def __init__(self, world: World, run: DemoRun, *, folder: Path, progress: Progress) -> None:
        self.world = world
        self.run = run
        self.folder = folder
        self.progress = progress
        self.clock = Clock()
        self.play = Play(world, clock=self.clock)
        self.learning = Learning(world, clock=self.clock)
        self.newcomers = Newcomers(world, clock=self.clock)
        self.branches = Branches(world, clock=self.clock, learning=self.learning)

    def days_left(self, *, until: date) -> list[date]:
        """Return the days that were not played to their end."""
        played = self.run.played_until
        start = played + timedelta(days=1) if played else self.world.first_import_day
        return [start + timedelta(days=number) for number in range((until - start).days + 1)]

    def is_import_day(self, day: date) -> bool:
        """Return whether the load imports that morning; every morning would take too long."""
        since = (day - self.world.first_import_day).days
        return day == self.world.as_of or since % IMPORT_EVERY_DAYS == 0

    def import_morning(self, day: date, *, now: datetime) -> None:
        """Take in what was delivered by the end of the day before."""
        yesterday = day - timedelta(days=1)
        self.progress(f"导入截至{yesterday:%m月%d日}的数据")
        extracts.write_extracts(world=self.world, folder=self.folder, until=yesterday)
        import_batch(extracts=self.folder / extracts.DELIVERIES, as_of=yesterday, now=now)

    def act(self, day: date, *, crowd: int = A_FEW_A_DAY) -> None:
        """Play a day from morning to evening, and note that it was."""
        self.learning.give_duties(day)
        self.play.work(day)
        self.learning.learn(day, crowd=crowd)
        self.newcomers.act(day)
        self.branches.act(day)
        self.play.close(day)
        self.run.played_until = day
        self.run.save(update_fields=["played_until"])


def require_demonstration() -> None:
    """Refuse where this installation is no demonstration.

    :raises NoDemonstration: then.
    """
    if not settings.DEMO:
        raise NoDemonstration("这不是演示环境，不能装载演示数据；演示只在本机 127.0.0.1 上运行。")


def _begin(*, as_of: date, seed: int, now: datetime, progress: Progress) -> DemoRun:
    world = build_world(seed=seed, as_of=as_of)
    if not RiskPointPage.objects.exists():
        raise ContentMissing("风险手册还没有装载，请先运行 manage.py load_content。")
    if Employee.objects.exists():
        raise NoDemonstration("库里已有人员，不能再装载演示；请换一个空库，或先运行 make reset。")
    progress("写入单位、人员和角色")
    with transaction.atomic():
        load_people(world, now=now)
        _load_whitelist(world)
        return DemoRun.objects.create(seed=seed, as_of=as_of)


def _load_whitelist(world: World) -> None:
    people = {e.emp_no: e for e in Employee.objects.all()}
    clock = Clock()
    WhitelistEntry.objects.bulk_create(
        WhitelistEntry(
            theme=entry["theme"],
            subject=entry["subject"],
            rule=entry["rule"],
            reason=entry["reason"],
            approver=people[entry["approver"]],
            valid_from=date.fromisoformat(entry["valid_from"]),
            valid_to=date.fromisoformat(entry["valid_to"]),
            created_at=clock.set(world.first_import_day, 4),
        )
        for entry in extracts.whitelist(world)
    )
