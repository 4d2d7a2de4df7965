"""Goods and their units."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """Category of relief goods (物资类别)."""

    TENT = "tent", _("tents")  # 帐篷
    BEDDING = "bedding", _("bedding")  # 被服
    GEAR = "gear", _("gear")  # 装具
    FOOD = "food", _("food")  # 食品
    WATER = "water", _("water")  # 饮水
    MEDICAL = "medical", _("medical")  # 医疗
    POWER = "power", _("power and light")  # 电力照明
    RESCUE = "rescue", _("rescue")  # 抢险


class Item(models.Model):
    """Relief item (物资品种). Quantities everywhere count its whole `unit`, never a part of one."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    unit = models.CharField(max_length=12)
    unit_en = models.CharField(max_length=20)
    category = models.CharField(max_length=8, choices=Category)
    kg = models.DecimalField(max_digits=8, decimal_places=3)
    m3 = models.DecimalField(max_digits=8, decimal_places=4)
    life_months = models.PositiveSmallIntegerField(null=True, blank=True)
    recoverable = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = [F("order").asc(), F("code").asc()]
        constraints = [
            models.CheckConstraint(condition=Q(category__in=Category.values), name="item_category"),
            models.CheckConstraint(condition=Q(kg__gt=0, m3__gt=0), name="item_positive"),
        ]

    def __str__(self) -> str:
        return self.name if (get_language() or "").startswith("zh") else self.name_en


class ItemCode(models.Model):
    """Code on a package (物资条码), such as a GTIN, bound to its item by whoever met it first.

    `pack` is how many units the package holds.
    """

    code = models.CharField(max_length=60, unique=True)
    item = models.ForeignKey(Item, models.CASCADE, related_name="codes")
    pack = models.PositiveIntegerField(default=1)
    bound_by = models.BigIntegerField(help_text=_("user id"))
    bound_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pack__gt=0), name="item_code_pack")]

    def __str__(self) -> str:
        return self.code


class Substitute(models.Model):
    """Substitute (替代品): one unit of `use` stands for `ratio` units of `instead_of`.

    The planner sends it only where the item itself is short.
    """

    use = models.ForeignKey(Item, models.CASCADE, related_name="+")
    instead_of = models.ForeignKey(Item, models.CASCADE, related_name="substitutes")
    ratio = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use", "instead_of"], name="substitute_once"),
            models.CheckConstraint(
                condition=Q(ratio__gt=0) & ~Q(use=F("instead_of")), name="substitute_ratio"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.use_id} for {self.ratio} × {self.instead_of_id}"
