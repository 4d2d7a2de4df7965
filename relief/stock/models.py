"""Depots, lots and what they hold; supply agreements as callable capacity."""

import datetime as dt

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gis.models import Area, Level
from relief.access.acts import Act
from relief.access.gate import PlacedQuerySet
from relief.catalog.models import Item
from relief.journal.constraints import SameBook
from relief.journal.models import Book
from relief.ledger.models import Account
from relief.stock.life import last_good_day


class Named(models.Model):
    """A place or partner with a Chinese and an English name."""

    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name if (get_language() or "").startswith("zh") else self.name_en


class DepotKind(models.TextChoices):
    """Kind of depot (储备库点)."""

    WAREHOUSE = "warehouse", _("warehouse")  # 储备库
    POINT = "point", _("township point")  # 储备点


class Depot(Named):
    """Depot (储备库/点): a place that stores relief goods. Shared by all books."""

    READ_ACT, BOOK = Act.READ_STOCK, None

    code = models.CharField(max_length=20, unique=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=DepotKind)
    point = models.PointField(srid=4326, geography=True)
    area_m2 = models.PositiveIntegerField(null=True, blank=True)
    phone = models.CharField(max_length=30, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DepotKind.values), name="depot_kind")
        ]


class Bin(models.Model):
    """Bin (货位) of a depot, such as A-03. Shared by all books."""

    READ_ACT, BOOK, AREA_PATH = Act.READ_STOCK, None, "depot__area__path"

    depot = models.ForeignKey(Depot, models.CASCADE, related_name="bins")
    code = models.CharField(max_length=20)
    note = models.CharField(max_length=80, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["depot", "code"], name="bin_once")]

    def __str__(self) -> str:
        return self.code


class FundSource(models.TextChoices):
    """Who paid for a lot (资金来源)."""

    CENTRAL = "central", _("central")
    PROVINCE = "province", _("province")
    PREFECTURE = "prefecture", _("prefecture")
    COUNTY = "county", _("county")
    DONATION = "donation", _("donation")
    AGREEMENT = "agreement", _("agreement")


class LotState(models.TextChoices):
    """State of a lot. Only good lots are planned or loaded."""

    GOOD = "good", _("good")
    QUARANTINED = "quarantined", _("quarantined")  # 封存
    CONDEMNED = "condemned", _("taken out of use")  # 报废


class Lot(models.Model):
    """Lot (批次): units of one item made together.

    `good_until` is the last day it may leave: the day it expires, or else the day it was made and
    its item's storage life (储备年限) later. `pack` is how many units come in one package that is
    not broken on issue (整件不拆零).
    """

    READ_ACT, AREA_PATH = Act.READ_STOCK, "holdings__area__path"

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    batch = models.CharField(max_length=40)
    maker = models.CharField(max_length=80, blank=True)
    made_on = models.DateField(null=True, blank=True)
    stored_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    owner_level = models.PositiveSmallIntegerField(choices=Level, default=Level.COUNTY)
    fund_source = models.CharField(max_length=10, choices=FundSource, default=FundSource.COUNTY)
    unit_cost_fen = models.PositiveIntegerField(default=0)
    pack = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=12, choices=LotState, default=LotState.GOOD)
    state_reason = models.CharField(max_length=120, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "item", "batch"], name="lot_batch"),
            models.UniqueConstraint(fields=["book", "id"], name="lot_in_book"),
            models.CheckConstraint(condition=Q(state__in=LotState.values), name="lot_state"),
            models.CheckConstraint(condition=Q(fund_source__in=FundSource.values), name="lot_fund"),
            models.CheckConstraint(condition=Q(pack__gt=0), name="lot_pack"),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(made_on=None) | Q(expires_on__gt=F("made_on")),
                name="lot_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.batch

    @property
    def commodity(self) -> str:
        return f"lot:{self.id}"

    @property
    def good_until(self) -> dt.date | None:
        return last_good_day(
            expires_on=self.expires_on, made_on=self.made_on, life_months=self.item.life_months
        )


class Holding(models.Model):
    """A lot in a depot (库存): the ledger account says how many units, and how many are held.

    `bin` is where it lies (货位), as far as anybody has said.
    """

    READ_ACT = Act.READ_STOCK

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    depot = models.ForeignKey(Depot, models.PROTECT, related_name="holdings")
    lot = models.ForeignKey(Lot, models.CASCADE, related_name="holdings")
    account = models.OneToOneField(Account, models.PROTECT, related_name="holding")
    bin = models.ForeignKey(Bin, models.SET_NULL, null=True, blank=True, related_name="holdings")

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["depot", "lot"], name="holding_once"),
            SameBook(field="lot", name="holding_lot_book"),
            SameBook(field="account", name="holding_account_book"),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} in {self.depot_id}"


class Freeze(models.Model):
    """A depot in which nothing moves while it is counted (盘点冻结), in one book."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    depot = models.ForeignKey(Depot, models.CASCADE, related_name="+")
    since = models.DateTimeField()
    document = models.CharField(max_length=60, help_text=_("number of the count"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "depot"], name="freeze_once")]

    def __str__(self) -> str:
        return self.document


class SupplyAgreement(Named):
    """Supply agreement (应急物资供应协议): goods a partner has promised to deliver on call."""

    READ_ACT, BOOK = Act.READ_AGREEMENTS, None

    number = models.CharField(max_length=40, unique=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    point = models.PointField(srid=4326, geography=True)
    lead_minutes = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField()
    contact = models.CharField(max_length=60)
    phone = models.CharField(max_length=30)
    last_test_call = models.DateField(null=True, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")), name="supply_agreement_dates"
            )
        ]


class AgreedItem(models.Model):
    """One item of a supply agreement: committed quantity and price rule."""

    agreement = models.ForeignKey(SupplyAgreement, models.CASCADE, related_name="items")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    committed = models.PositiveIntegerField()
    price_fen = models.PositiveIntegerField()
    price_rule = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "item"], name="agreed_item_once"),
            models.CheckConstraint(condition=Q(committed__gt=0), name="agreed_item_committed"),
        ]

    def __str__(self) -> str:
        return f"{self.committed} {self.item_id}"

    @property
    def commodity(self) -> str:
        return f"agreed:{self.id}"


class Commitment(models.Model):
    """What is left to call of an agreed item in one book (协议可调量); the account counts it."""

    READ_ACT = Act.READ_AGREEMENTS

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    agreed = models.ForeignKey(AgreedItem, models.PROTECT, related_name="commitments")
    account = models.OneToOneField(Account, models.PROTECT, related_name="commitment")

    objects = PlacedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "agreed"], name="commitment_once"),
            SameBook(field="account", name="commitment_account_book"),
        ]

    def __str__(self) -> str:
        return f"{self.agreed_id} in {self.book_id}"
