"""What comes from phones: enrolled devices, the items they send, and the photos beside them."""

import uuid

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gis.models import Area
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.access.models import User
from relief.journal.constraints import SameBook
from relief.journal.models import Book


class Device(models.Model):
    """Enrolled phone (已登记手机) of one person. Its token stands in place of a sign-in.

    Neither the enrolment code nor the token is stored, only their SHA-256. Revoked or expired, it
    sends nothing more; what it still holds waits for the person's next enrolment.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, models.CASCADE, related_name="devices")
    label = models.CharField(max_length=60, blank=True)
    code_hash = models.CharField(max_length=64, unique=True, null=True)
    code_until = models.DateTimeField(null=True)
    token_hash = models.CharField(max_length=64, unique=True, null=True)
    made_by = models.BigIntegerField(help_text=_("user id"))
    made_at = models.DateTimeField()
    enrolled_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(enrolled_at=None, token_hash=None, expires_at=None)
                | Q(enrolled_at__isnull=False, expires_at__gt=F("enrolled_at")),
                name="device_enrolled_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.label}"


class ItemKind(models.TextChoices):
    """What an item says."""

    REPORT = "report", _("damage report")  # 灾情报告
    DAMAGE = "damage", _("damaged house")  # 房屋损坏
    RECEIPT = "receipt", _("receipt of goods")  # 物资签收
    TASK = "task", _("task read or done")  # 任务已阅/已办
    ISSUE = "issue", _("trip issued")  # 出库发车
    ARRIVAL = "arrival", _("arrival of goods")  # 到货入库
    RETURN = "return", _("return of goods")  # 退库
    COUNT = "count", _("bin counted")  # 货位盘点
    HAND_OUT = "hand_out", _("goods handed to households")  # 物资发放
    CODE = "code", _("code bound to an item")  # 条码绑定
    OBSERVATION = "observation", _("observation of a drill")  # 评估记录


class Channel(models.TextChoices):
    """How an item reached the county."""

    DATA = "data", _("phone")
    SMS = "sms", _("text message")  # 短信
    CODE = "code", _("QR code on a colleague's phone")  # 二维码转交
    FILE = "file", _("exported file")  # 文件导入


class Item(models.Model):
    """One item sent from the field (外业收件), stored once under the UUID its phone made.

    `receipt` is the county's receipt number (收件号), given in the transaction that stores the
    item. `digest` is the SHA-256 of `body` in canonical form: the same item again gets the same
    receipt, another body under the same id is refused. `author` is fixed when the item is saved on
    the phone. `code` are ten characters of the id as people say them; text messages carry it.
    `text` is what a text message of the same code said, kept beside the body of the phone.
    `brought_by` is who handed the item in for its author: pasted a text, imported a file, or
    carried it on another phone. `offset_seconds` is server minus device time at the last contact.
    `returned_at` is when the county's desk returned it (驳回) before it became a report, with the
    reason in `return_reason`.
    """

    READ_ACT = Act.READ_REPORTS

    id = models.UUIDField(primary_key=True)
    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=11, choices=ItemKind)
    channel = models.CharField(max_length=6, choices=Channel, default=Channel.DATA)
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="items")
    device_seq = models.PositiveIntegerField(default=0)
    schema = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    body = models.JSONField()
    text = models.JSONField(null=True)
    photos = ArrayField(models.CharField(max_length=64), default=list)
    receipt = models.CharField(max_length=24)
    made_at = models.DateTimeField()
    received_at = models.DateTimeField()
    offset_seconds = models.IntegerField(default=0)
    clock_off = models.BooleanField(default=False)
    brought_by = models.BigIntegerField(null=True, help_text=_("user id"))
    returned_at = models.DateTimeField(null=True)
    returned_by = models.BigIntegerField(null=True, help_text=_("user id"))
    return_reason = models.CharField(max_length=200, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(returned_at=None, returned_by=None, return_reason="")
                | (Q(returned_at__isnull=False, returned_by__isnull=False) & ~Q(return_reason="")),
                name="item_returned_whole",
            ),
            models.UniqueConstraint(fields=["book", "receipt"], name="item_receipt"),
            models.UniqueConstraint(fields=["book", "code"], name="item_code"),
            models.UniqueConstraint(fields=["book", "id"], name="item_in_book"),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="item_kind"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="item_channel"),
        ]
        indexes = [
            models.Index(fields=["author", "received_at"], name="item_of_author"),
            GinIndex(fields=["photos"], name="item_photos"),
        ]

    def __str__(self) -> str:
        return self.receipt

    @property
    def needs_desk(self) -> bool:
        """Whether a person at the county must look first: a clock far off, or not from a phone."""
        return self.clock_off or self.channel != Channel.DATA


class Photo(models.Model):
    """Photo (现场照片) under the SHA-256 of the bytes that were sent; many items may show it.

    `stored_bytes` counts what has come so far; `whole_at` is set when all of it is there, checked
    against the hash, looked at as an image and freed of its EXIF. Files lie under `FILES` by book
    and hash; no name from outside is used. `taken_at` and `point` were in the EXIF.
    """

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64)
    total_bytes = models.PositiveIntegerField()
    stored_bytes = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=4, blank=True, help_text=_("jpeg, png or webp"))
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    taken_at = models.DateTimeField(null=True)
    point = models.PointField(srid=4326, null=True)
    sent_by = models.BigIntegerField(help_text=_("user id"))
    begun_at = models.DateTimeField()
    whole_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "sha256"], name="photo_once"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="photo_sha256"
            ),
            models.CheckConstraint(
                condition=Q(stored_bytes__lte=F("total_bytes")), name="photo_bytes"
            ),
            models.CheckConstraint(
                condition=Q(whole_at=None) | Q(stored_bytes=F("total_bytes")), name="photo_whole"
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Alert(models.Model):
    """Alert (急报): people dead, missing or trapped, told at once (接信即报).

    Raised in the transaction that stores the item, before anybody has gathered or adopted it.
    """

    READ_ACT = Act.READ_REPORTS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    item = models.OneToOneField(Item, models.CASCADE, null=True, related_name="alert")
    deaths = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    trapped = models.PositiveIntegerField(default=0)
    raised_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.BigIntegerField(null=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(deaths__gt=0) | Q(missing__gt=0) | Q(trapped__gt=0),
                name="alert_somebody",
            ),
            models.CheckConstraint(
                condition=Q(seen_at=None, seen_by=None)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="alert_seen_whole",
            ),
            SameBook(field="item", name="alert_item_book"),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.raised_at}"
