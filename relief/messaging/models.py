"""Messages that leave the system for telephones, and in a drill the only numbers they may go to."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.journal.models import Book


class AllowedPhone(models.Model):
    """A number that a drill's messages may go to (演练通信名单)."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    phone = models.CharField(max_length=30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "phone"], name="allowed_phone_once")]

    def __str__(self) -> str:
        return self.phone


class Occasion(models.TextChoices):
    """What a message is about."""

    RESPONSE = "response", _("response")  # 应急响应启动、调整、终止
    INJECT = "inject", _("inject of a drill")  # 导调指令
    STOP = "stop", _("drill stopped")  # 演练中止


class MessageState(models.TextChoices):
    """State of a message."""

    WAITING = "waiting", _("to be sent")  # 待发
    SENT = "sent", _("sent")  # 已发
    FAILED = "failed", _("could not be sent")  # 发送失败
    HELD = "held", _("held back: not a participant's number")  # 拦截


class Message(models.Model):
    """Message to a telephone (短信), written once under its `key` and sent by the worker.

    In a drill every text begins with 【演练】, and one to a number that is not on the drill's list
    is held back for good. `made_at` is the book's time, `sent_at` and `next_at`, before which it is
    not tried again, the machine's. `sent_by` is who sent it by hand.
    """

    READ_ACT = Act.READ_JOURNAL

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    key = models.UUIDField()
    occasion = models.CharField(max_length=10, choices=Occasion)
    phone = models.CharField(max_length=30)
    person = models.CharField(max_length=80, blank=True)
    text = models.CharField(max_length=500)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=MessageState, default=MessageState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.BigIntegerField(null=True, help_text=_("user id"))
    fault = models.CharField(max_length=200, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "key"], name="message_once"),
            models.CheckConstraint(
                condition=Q(state__in=MessageState.values), name="message_state"
            ),
            models.CheckConstraint(
                condition=Q(occasion__in=Occasion.values), name="message_occasion"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at=None)),
                name="message_sent",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="waiting"), name="message_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.phone} {self.state}"
