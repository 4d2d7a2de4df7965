"""Double entry for goods and money, in integers. History is never edited."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relief.journal.constraints import SameBook
from relief.journal.models import Book


class AccountKind(models.TextChoices):
    """Kind of account: where goods are, and in what state."""

    STORE = "store", _("in a store")  # 在库
    TRANSIT = "transit", _("on the road")  # 在途
    RECEIVED = "received", _("received by the township")  # 已接收
    DISPUTED = "disputed", _("disputed")  # 待核差异
    SPOILED = "spoiled", _("damaged or expired")  # 损毁
    ISSUED = "issued", _("handed to households")  # 已发放
    OPENING = "opening", _("opening balance")  # 期初
    SUPPLIER = "supplier", _("supplier under an agreement")  # 协议供应商
    DONOR = "donor", _("donor")  # 捐赠
    COMMITTED = "committed", _("committed by an agreement")  # 协议可调量
    CALLED = "called", _("called off from an agreement")  # 协议已调量
    REFUSED = "refused", _("refused by the supplier")  # 供应商拒供
    REPAIR = "repair", _("under repair")  # 待修
    SCRAPPED = "scrapped", _("scrapped")  # 报废
    VARIANCE = "variance", _("found or missing in a count")  # 盘盈盘亏


# Goods come out of these without having been counted in. A disputed account also goes below zero:
# when more arrives than was loaded, or when more left a store than its book had free.
MAY_BE_NEGATIVE = (
    AccountKind.OPENING,
    AccountKind.SUPPLIER,
    AccountKind.DONOR,
    AccountKind.DISPUTED,
    AccountKind.VARIANCE,
)


class Account(models.Model):
    """Account (账户): how much of one commodity is at one place, in one state.

    `commodity` names what is counted in whole units (`lot:12`, or `cny:fen` for money); `holder`
    names where it is (`depot:3`, `trip:8`, `area:222426100`). `balance` and `held` follow the
    postings and holds and can be rebuilt from them.
    """

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=AccountKind)
    holder = models.CharField(max_length=40)
    commodity = models.CharField(max_length=40)
    balance = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "kind", "holder", "commodity"], name="account_once"
            ),
            models.UniqueConstraint(fields=["book", "id"], name="account_in_book"),
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="account_kind"),
            models.CheckConstraint(
                condition=Q(balance__gte=0) | Q(kind__in=MAY_BE_NEGATIVE),
                name="account_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(held__gte=0)
                & (Q(held__lte=F("balance")) | Q(kind__in=MAY_BE_NEGATIVE)),
                name="account_held_within_balance",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.holder} {self.commodity}"

    @property
    def free(self) -> int:
        return self.balance - self.held


class MovementKind(models.TextChoices):
    """Kind of movement (出入库类型)."""

    OPENING = "opening", _("opening stock")  # 期初入库
    PURCHASE = "purchase", _("purchase")
    DONATION = "donation", _("donation")
    ALLOCATED = "allocated", _("allocated by a higher level")  # 上级调入
    CALL_OFF = "call_off", _("call-off from an agreement")  # 协议调用
    DISPATCH = "dispatch", _("dispatch")  # 出库
    RECEIPT = "receipt", _("receipt")  # 签收
    CONDEMN = "condemn", _("taken out of use")  # 报废
    SETTLE = "settle", _("difference settled")  # 差异处理
    RETURN = "return", _("return to the store")  # 回收入库
    COUNT = "count", _("stocktake")  # 盘盈盘亏
    HAND_OUT = "hand_out", _("handed to households")  # 发放
    REFUSAL = "refusal", _("call-off refused")  # 拒供


class Movement(models.Model):
    """Movement (凭证): postings that sum to zero per commodity. Append-only; checked at commit."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=MovementKind)
    document = models.CharField(max_length=60, help_text=_("order, trip or note it rests on"))
    actor = models.BigIntegerField(null=True)
    happened_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "id"], name="movement_in_book"),
            models.CheckConstraint(condition=Q(kind__in=MovementKind.values), name="movement_kind"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="movement_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.document}"


class Posting(models.Model):
    """Posting (分录): so many units onto (+) or off (−) one account. Append-only."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    movement = models.ForeignKey(Movement, models.CASCADE, related_name="postings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings")
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="posting_not_zero"),
            SameBook(field="movement", name="posting_movement_book"),
            SameBook(field="account", name="posting_account_book"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="posting_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
            pgtrigger.Trigger(
                name="posting_sum",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("wrong", "text")],
                func="""
                    SELECT a.commodity INTO wrong
                      FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
                     WHERE p.movement_id = NEW.movement_id
                     GROUP BY a.commodity HAVING sum(p.quantity) <> 0 LIMIT 1;
                    IF wrong IS NOT NULL THEN
                        RAISE EXCEPTION 'movement % does not balance for %',
                            NEW.movement_id, wrong USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="posting_balance",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    UPDATE ledger_account SET balance = balance + NEW.quantity
                     WHERE id = NEW.account_id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity:+d} {self.account_id}"


class Hold(models.Model):
    """Hold (占用): units of a store account promised to one document; apart from the balance.

    `quantity` shrinks to zero as the units leave or are let go; `account.held` sums the holds.
    """

    book = models.ForeignKey(Book, models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, related_name="holds")
    document = models.CharField(max_length=60)
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "document"], name="hold_once"),
            models.UniqueConstraint(fields=["book", "id"], name="hold_in_book"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="hold_not_negative"),
            SameBook(field="account", name="hold_account_book"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="hold_sum",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP <> 'INSERT' THEN
                        UPDATE ledger_account SET held = held - OLD.quantity
                         WHERE id = OLD.account_id;
                    END IF;
                    IF TG_OP <> 'DELETE' THEN
                        UPDATE ledger_account SET held = held + NEW.quantity
                         WHERE id = NEW.account_id;
                    END IF;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.account_id} for {self.document}"
