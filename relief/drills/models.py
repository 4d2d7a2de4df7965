"""A drill: its book, seats, objectives, injects, what evaluators saw, and what must improve."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act, Role
from relief.access.gate import PlacedQuerySet
from relief.access.models import User
from relief.journal.constraints import SameBook
from relief.journal.models import Book
from relief.preparedness.models import ResponsePlan


class Worded(models.Model):
    """Something with a Chinese and an English title."""

    title = models.CharField(max_length=160)
    title_en = models.CharField(max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title if (get_language() or "").startswith("zh") else self.title_en


class DrillKind(models.TextChoices):
    """Kind of drill (演练形式)."""

    TABLETOP = "tabletop", _("tabletop")  # 桌面演练
    OPERATIONS = "operations", _("operations")  # 实战演练


class DrillState(models.TextChoices):
    """State of a drill."""

    PREPARED = "prepared", _("prepared")  # 筹备
    RUNNING = "running", pgettext_lazy("drill", "running")  # 进行中
    ENDED = "ended", pgettext_lazy("drill", "ended")  # 已结束
    STOPPED = "stopped", _("stopped")  # 中止


class Drill(Worded):
    """Drill (演练) in a book of its own, after a scenario file that is kept as it was read.

    `seed` decides every figure of the made-up disaster; `truth` is that disaster, for the control
    room alone: figures by village, roads cut, hours without telephone, and what would be reported.
    `begins_at` is the drill time of the event. Messages go to `AllowedPhone` of its book alone.
    Stopped (演练中止) means that a real disaster came in between. A trial (试演) is a drill of the
    same scenario that robots play alone before the drill itself; no register counts it.
    `place` (地点), `partners` (参演单位) and `headcount` (参演人数) are what the archive keeps.
    """

    READ_ACT, WIDE = Act.READ_INCIDENTS, True

    book = models.OneToOneField(Book, models.PROTECT, related_name="drill")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=DrillKind)
    basis = models.ForeignKey(ResponsePlan, models.PROTECT, null=True, related_name="drills")
    scenario = models.JSONField()
    seed = models.PositiveIntegerField()
    truth = models.JSONField(default=dict)
    begins_at = models.DateTimeField()
    trial_of = models.ForeignKey("self", models.CASCADE, null=True, related_name="trials")
    place = models.CharField(max_length=120, blank=True)
    partners = models.CharField(max_length=400, blank=True)
    headcount = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=8, choices=DrillState, default=DrillState.PREPARED)
    prepared_by = models.BigIntegerField(help_text=_("user id"))
    prepared_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)
    request_key = models.UUIDField(unique=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "id"], name="drill_in_book"),
            models.CheckConstraint(condition=Q(kind__in=DrillKind.values), name="drill_kind"),
            models.CheckConstraint(condition=Q(state__in=DrillState.values), name="drill_state"),
            models.CheckConstraint(
                condition=Q(state="prepared", started_at=None) | ~Q(state="prepared"),
                name="drill_started",
            ),
        ]


class Seat(Worded):
    """Seat of a player (参演席位): a duty in the drill's book. Nobody's seat is a robot's.

    `user` plays it, reached at `phone` in the drill, and last had a page of the drill open at the
    real moment `seen_at`; `robot` is the account that acts for it as long as nobody sits there.
    """

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="seats")
    book = models.ForeignKey(Book, models.PROTECT, related_name="+")
    key = models.CharField(max_length=40)
    role = models.CharField(max_length=20, choices=Role)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="drill_seats")
    phone = models.CharField(max_length=30, blank=True)
    robot = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drill", "key"], name="seat_once"),
            models.UniqueConstraint(fields=["book", "id"], name="seat_in_book"),
            SameBook(field="drill", name="seat_drill_book"),
        ]


class Objective(Worded):
    """Objective of a drill (演练目标), judged by an evaluator, reached at `phone` in the drill."""

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="objectives")
    key = models.CharField(max_length=40)
    evaluator = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    phone = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["drill", "key"], name="objective_once")]


class Trigger(models.TextChoices):
    """What sets an inject off (触发方式)."""

    TIME = "time", _("at a time")  # 定时
    CONDITION = "condition", _("on a condition")  # 条件
    MANUAL = "manual", _("by hand")  # 手动


class InjectState(models.TextChoices):
    """State of an inject (导调状态)."""

    WAITING = "waiting", _("waiting")  # 待发
    SENT = "sent", _("sent")  # 已发
    RECEIVED = "received", pgettext_lazy("drill", "received")  # 收到
    DONE = "done", _("dealt with")  # 已处置
    SKIPPED = "skipped", _("skipped")  # 取消


class InjectWay(models.TextChoices):
    """How an inject reaches its seat (传递方式)."""

    REPORT = "report", _("report")
    PHONE = "phone", _("telephone")
    MESSAGE = "message", _("message")
    BOARD = "board", _("board")
    PAPER = "paper", _("paper")


class Inject(models.Model):
    """Inject (情景事件, MSEL 条目): what players are told when, and what they should do by when.

    `due_at` is drill time; with a condition or by hand it is set once the inject goes off. `effect`
    is what it does to the drill's world besides telling. Disabled ones stay in the list and keep
    nothing open. One past its time that nobody sent stays to be sent (过期未发). `evaluator`
    watches this inject in place of its objective's. `attachment` is the SHA-256 of a file of the
    drill. `improvised` ones were added while the drill ran (临时加). Whoever plays the seat says
    that it was received (`received_by`) and may answer (`reply`).
    """

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="injects")
    book = models.ForeignKey(Book, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    trigger = models.CharField(max_length=9, choices=Trigger)
    due_at = models.DateTimeField(null=True)
    condition = models.JSONField(null=True)
    sender = models.CharField(max_length=80)
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="injects")
    way = models.CharField(max_length=8, choices=InjectWay)
    text = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    expected = models.CharField(max_length=200, blank=True)
    expected_en = models.CharField(max_length=240, blank=True)
    deadline_minutes = models.PositiveIntegerField(null=True)
    objective = models.ForeignKey(Objective, models.PROTECT, null=True, related_name="injects")
    done_when = models.JSONField(null=True)
    effect = models.JSONField(null=True)
    evaluator = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    attachment = models.CharField(max_length=64, blank=True)
    attachment_name = models.CharField(max_length=120, blank=True)
    improvised = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=InjectState, default=InjectState.WAITING)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    received_by = models.BigIntegerField(null=True, help_text=_("user id"))
    reply = models.CharField(max_length=400, blank=True)
    done_at = models.DateTimeField(null=True)
    comment = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = [F("number").asc()]
        constraints = [
            models.UniqueConstraint(fields=["drill", "number"], name="inject_number"),
            models.UniqueConstraint(fields=["book", "id"], name="inject_in_book"),
            models.CheckConstraint(condition=Q(state__in=InjectState.values), name="inject_state"),
            models.CheckConstraint(
                condition=Q(trigger="time", due_at__isnull=False)
                | Q(trigger="condition", condition__isnull=False)
                | Q(trigger="manual"),
                name="inject_trigger",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False) | Q(state__in=["waiting", "skipped"]),
                name="inject_sent",
            ),
            SameBook(field="drill", name="inject_drill_book"),
            SameBook(field="seat", name="inject_seat_book"),
        ]

    def __str__(self) -> str:
        return f"{self.drill_id}/{self.number}"


class Rating(models.TextChoices):
    """Rating of a critical task (评定): performed, with some or major challenges, unable."""

    PERFORMED = "P", _("performed")
    SOME = "S", _("performed with some challenges")
    MAJOR = "M", _("performed with major challenges")
    UNABLE = "U", _("unable to be performed")


class Observation(models.Model):
    """What an evaluator saw of an inject or objective (评估记录).

    `seen_at` is the drill time an evaluator's phone took down; `noted_at` that of the arrival. The
    newest of one evaluator about one thing counts. `photos` are SHA-256 as in the field's photos.
    """

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="observations")
    book = models.ForeignKey(Book, models.PROTECT, related_name="+")
    inject = models.ForeignKey(Inject, models.CASCADE, null=True, related_name="observations")
    objective = models.ForeignKey(Objective, models.CASCADE, null=True, related_name="observations")
    seen = models.BooleanField(null=True)
    rating = models.CharField(max_length=1, choices=Rating, blank=True)
    note = models.CharField(max_length=400, blank=True)
    photos = ArrayField(models.CharField(max_length=64), default=list)
    seen_at = models.DateTimeField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    request_key = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(inject__isnull=False) | Q(objective__isnull=False),
                name="observation_of_something",
            ),
            SameBook(field="drill", name="observation_drill_book"),
            SameBook(field="inject", name="observation_inject_book"),
        ]

    def __str__(self) -> str:
        return f"{self.drill_id} {self.rating or self.seen}"


class FindingKind(models.TextChoices):
    """Kind of finding."""

    STRENGTH = "strength", _("strength")  # 优点
    PROBLEM = "problem", _("problem")  # 暴露问题
    SUGGESTION = "suggestion", _("suggestion")  # 建议


class Finding(models.Model):
    """Finding (评估意见) of the on-site comments (现场点评): strength, problem or suggestion."""

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="findings")
    kind = models.CharField(max_length=10, choices=FindingKind)
    objective = models.ForeignKey(Objective, models.SET_NULL, null=True, related_name="+")
    text = models.CharField(max_length=400)
    noted_by = models.BigIntegerField(help_text=_("user id"))
    noted_at = models.DateTimeField()
    request_key = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FindingKind.values), name="finding_kind")
        ]

    def __str__(self) -> str:
        return f"{self.drill_id} {self.kind}"


class Note(models.Model):
    """Note of the control room (导调记录), at a drill time."""

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="notes")
    text = models.CharField(max_length=400)
    at = models.DateTimeField()
    noted_by = models.BigIntegerField(help_text=_("user id"))
    request_key = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return f"{self.drill_id} {self.at}"


class Bookmark(models.Model):
    """Bookmark (书签): a journal number of the drill worth looking at again in its replay."""

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="bookmarks")
    number = models.PositiveBigIntegerField()
    label = models.CharField(max_length=120)
    made_by = models.BigIntegerField(help_text=_("user id"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["drill", "number"], name="bookmark_once")]

    def __str__(self) -> str:
        return f"{self.drill_id} {self.number}"


class Improvement(models.Model):
    """Improvement item (整改项): a problem seen in a drill, its owner and its day; open until done.

    `revises` points at the plan to be changed for it, `revised_by` at the version that did.
    """

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="improvements")
    finding = models.ForeignKey(Finding, models.SET_NULL, null=True, related_name="improvements")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    problem = models.CharField(max_length=400)
    action = models.CharField(max_length=400)
    owner = models.CharField(max_length=80)
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    done_by = models.BigIntegerField(null=True, help_text=_("user id"))
    done_note = models.CharField(max_length=200, blank=True)
    revises = models.ForeignKey(ResponsePlan, models.PROTECT, null=True, related_name="+")
    revised_by = models.ForeignKey(ResponsePlan, models.PROTECT, null=True, related_name="+")
    noted_by = models.BigIntegerField(help_text=_("user id"))
    noted_at = models.DateTimeField()
    request_key = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return f"{self.drill_id} {self.owner}"


class Yearly(models.Model):
    """Entry of the year's drill plan (年度演练计划): which area drills which plan, and when."""

    READ_ACT, BOOK, WIDE = Act.READ_NORMS, None, True

    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    plan = models.ForeignKey(ResponsePlan, models.PROTECT, null=True, related_name="+")
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=DrillKind)
    due_on = models.DateField()
    held_on = models.DateField(null=True)
    drill = models.ForeignKey(Drill, models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "yearly entries"
        constraints = [
            models.UniqueConstraint(fields=["area", "plan", "year", "kind"], name="yearly_once")
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.year}"
