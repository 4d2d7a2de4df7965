"""Books and the numbered journal: the truth from which every live board is fed."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class BookKind(models.TextChoices):
    REAL = "real", _("real operation")
    DRILL = "drill", _("drill")


class Book(models.Model):
    """One world: the real operation (实战) or one drill (演练). No row of one ever enters another.

    `last_number` counts the book's journal. It is raised last in each transaction, so numbers
    follow commit order. `epoch` names this log; a restore gives it a new one. `kept_from` is the
    first number that has not been removed (see retention.py): 1 unless somebody asked for it.
    """

    kind = models.CharField(max_length=8, choices=BookKind)
    name = models.CharField(max_length=120)
    last_number = models.BigIntegerField(default=0)
    kept_from = models.BigIntegerField(default=1)
    epoch = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BookKind.values), name="book_kind"),
            models.CheckConstraint(condition=Q(last_number__gte=0), name="book_number"),
            models.CheckConstraint(
                condition=Q(kept_from__gte=1, kept_from__lte=F("last_number") + 1),
                name="book_kept_from",
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind=BookKind.REAL), name="one_real_book"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_drill(self) -> bool:
        return self.kind == BookKind.DRILL


class Audience(models.IntegerChoices):
    """Bits naming which boards may show a row; an entry carries the sum of its audiences."""

    COMMAND = 1, _("command")
    TOWNSHIP = 2, _("township")
    VILLAGE = 4, _("village")
    WAREHOUSE = 8, _("warehouse")


class Entry(models.Model):
    """One journal line (大事记): what happened, and the new public state of each row it changed.

    `area` is the path of the area it belongs to; `wide` entries are also for every scope below.
    `rows` is JSON text, encoded once when written and sent to boards as it stands.
    """

    book = models.ForeignKey(Book, models.PROTECT, related_name="entries")
    number = models.BigIntegerField()
    area = models.CharField(max_length=80, help_text=_("path of the area"))
    wide = models.BooleanField(default=False)
    audience = models.SmallIntegerField()
    kind = models.CharField(max_length=40)
    rows = models.TextField()
    facts = models.JSONField(default=dict)
    actor = models.BigIntegerField(null=True, help_text=_("user id; empty for the clock"))
    happened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="entry_number"),
            models.CheckConstraint(condition=Q(number__gt=0), name="entry_number_positive"),
            models.CheckConstraint(
                condition=Q(audience__gt=0, audience__lt=16), name="entry_audience"
            ),
        ]
        ordering = [F("number").asc()]
        triggers = [
            pgtrigger.Protect(
                name="entry_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.book_id}/{self.number} {self.kind}"


class Checkpoint(models.Model):
    """Every row that any board of a book may show, as it stood at one number (检查点).

    A board of the past is the newest checkpoint at or before it and the entries after that one.
    `as_of` is the time of the last entry in it, or of the taking where there is none.
    """

    book = models.ForeignKey(Book, models.CASCADE, related_name="checkpoints")
    number = models.BigIntegerField()
    as_of = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="checkpoint_once"),
            models.CheckConstraint(condition=Q(number__gte=0), name="checkpoint_number"),
        ]
        ordering = [F("number").asc()]

    def __str__(self) -> str:
        return f"{self.book_id}/{self.number}"


class CheckpointPart(models.Model):
    """The rows of a checkpoint that the same boards may see; its fields are those of an entry."""

    checkpoint = models.ForeignKey(Checkpoint, models.CASCADE, related_name="parts")
    area = models.CharField(max_length=80, help_text=_("path of the area"))
    wide = models.BooleanField()
    audience = models.SmallIntegerField()
    rows = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["checkpoint", "area", "wide", "audience"], name="checkpoint_part_once"
            ),
            models.CheckConstraint(
                condition=Q(audience__gt=0, audience__lt=16), name="checkpoint_part_audience"
            ),
        ]


class Series(models.Model):
    """Document number series (单号序列) of one book; drill numbers carry the prefix YL-."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    prefix = models.CharField(max_length=8)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "series"
        constraints = [models.UniqueConstraint(fields=["book", "prefix"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.prefix} {self.last}"


class ClockSegment(models.Model):
    """Stretch of a drill's clock (演练时钟): from `real_start` on, drill time runs `rate` times.

    Append-only; the last one whose `real_start` has come holds. `rate` 0 is a pause. The real book
    has none: its time is the time.
    """

    book = models.ForeignKey(Book, models.PROTECT, related_name="clock_segments")
    real_start = models.DateTimeField()
    sim_start = models.DateTimeField()
    rate = models.PositiveSmallIntegerField()
    set_by = models.BigIntegerField(null=True, help_text=_("user id"))

    class Meta:
        ordering = [F("id").asc()]
        constraints = [
            models.CheckConstraint(condition=Q(rate__lte=60), name="clock_rate"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="clock_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.sim_start} ×{self.rate}"
