"""What keepers and townships do to stock beside issuing it, as rules of the stock machine."""

import uuid

from hypothesis import strategies as st
from hypothesis.stateful import rule

from relief.aid.actions import GivenHandOut, hand_out
from relief.deliveries.models import Answer, Difference
from relief.households.models import Household
from relief.ledger.models import Account
from relief.stock.models import Bin, Holding, Lot
from relief.warehouse import (
    arrivals,
    bins,
    counting,
    counts,
    differences,
    purchases,
    returns,
    scraps,
    slips,
)
from relief.warehouse.counted import to_count_again
from relief.warehouse.models import BlankSlip, Count, Place, Purchase, Scrap, ScrapReason
from tests.warehouse.keepers import lena

GOODS = ["QUILT", "TENT-12S", "RICE"]
units = st.integers(1, 40)
number = st.integers(0, 10_000)


class StoreWork:
    """Mixed into the machine, which gives `world`, `scene`, `step()`, `actor()` and `some()`."""

    def _lots(self):
        return Lot.objects.filter(book=self.world.real)

    @rule(code=st.sampled_from(GOODS), good=st.integers(0, 40), damaged=st.integers(0, 5))
    def accept(self, code, good, damaged):
        with self.step():
            bought = Purchase.objects.filter(closed_at=None).order_by("id").first()
            arrivals.accept(
                actor=self.actor("bela"),
                depot_id=self.world.quay.id,
                given=arrivals.GivenArrival(
                    origin="purchase" if bought else "donation",
                    source="Mill Works",
                    purchase_id=bought.id if bought else None,
                    arrived_at=self.scene.now,
                    lines=[
                        arrivals.Came(
                            item=code, batch=f"{code}-N", expected=20, good=good, damaged=damaged
                        )
                    ],
                ),
                request_key=uuid.uuid4(),
                now=self.scene.now,
            )

    @rule(code=st.sampled_from(GOODS), quantity=units)
    def buy(self, code, quantity):
        with self.step():
            purchases.purchase(
                actor=self.actor("bela"),
                depot_id=self.world.quay.id,
                given=purchases.GivenPurchase(
                    supplier="Mill Works",
                    season="refill",
                    ordered_on=self.scene.now.date(),
                    due_on=None,
                    lines=[purchases.Ordered(code, quantity, 100)],
                ),
                request_key=uuid.uuid4(),
                now=self.scene.now,
            )

    @rule(lot=number, parts=st.tuples(*[st.integers(0, 15)] * 3))
    def take_back(self, lot, parts):
        with self.step():
            returns.take_back(
                actor=self.actor("bela"),
                depot_id=self.world.quay.id,
                given=returns.GivenReturn(
                    area=self.world.area("Northbank").code,
                    returned_at=self.scene.now,
                    lines=[returns.Back(self.some(self._lots(), lot).id, *parts)],
                ),
                request_key=uuid.uuid4(),
                now=self.scene.now,
            )

    @rule(lot=number, sound=st.integers(0, 5), scrap=st.integers(0, 5))
    def repair(self, lot, sound, scrap):
        with self.step():
            returns.repaired(
                actor=self.actor("bela"),
                depot_id=self.world.quay.id,
                lot_id=self.some(self._lots(), lot).id,
                sound=sound,
                scrap=scrap,
                now=self.scene.now,
            )

    @rule(lot=number, quantity=units, place=st.sampled_from(Place.values), approved=st.booleans())
    def scrap(self, lot, quantity, place, approved):
        with self.step():
            scraps.ask_scrap(
                actor=self.actor("bela"),
                depot_id=self.world.quay.id,
                lot_id=self.some(self._lots(), lot).id,
                quantity=quantity,
                taken_from=place,
                reason=ScrapReason.DAMAGED,
                note="",
                request_key=uuid.uuid4(),
                now=self.scene.now,
            )
            scraps.decide_scrap(
                actor=self.actor("chidi"),
                scrap_id=Scrap.objects.latest("id").id,
                approved=approved,
                proceeds_fen=0,
                now=self.scene.now,
            )

    @rule(frozen=st.booleans())
    def open_count(self, frozen):
        with self.step():
            counts.open_count(
                actor=self.actor("bela"),
                depot_id=self.world.quay.id,
                frozen=frozen,
                note="",
                request_key=uuid.uuid4(),
                now=self.scene.now,
            )

    @rule(off=st.lists(st.integers(-6, 3), min_size=1, max_size=4), in_bin=st.booleans())
    def count(self, off, in_bin):
        """What lies there, some of it miscounted: in the second round by another keeper."""
        with self.step():
            count = self.some(Count.objects.filter(state__in=["open", "recount"]), 0)
            again = to_count_again(count=count) if count.state == "recount" else None
            shelf, _made = Bin.objects.get_or_create(depot=self.world.quay, code="A-01")
            held = Holding.objects.filter(depot=self.world.quay).order_by("id")
            lines = [
                counting.Counted(
                    quantity=max(0, one.account.balance + off[n % len(off)]), lot_id=one.lot_id
                )
                for n, one in enumerate(held.select_related("account", "lot"))
                if again is None or one.lot in again
            ]
            counts.count_bin(
                actor=self.actor("bela") if again is None else lena(self.world),
                count_id=count.id,
                given=counting.GivenCount(
                    round=1 if again is None else 2,
                    counted_at=self.scene.now,
                    lines=lines,
                    bin_id=shelf.id if in_bin else None,
                ),
                now=self.scene.now,
            )
            counts.finish_round(actor=self.actor("bela"), count_id=count.id, now=self.scene.now)

    @rule(approved=st.booleans())
    def decide_count(self, approved):
        with self.step():
            count = self.some(Count.objects.filter(state__in=["open", "recount", "counted"]), 0)
            if approved:
                counts.approve_count(
                    actor=self.actor("chidi"), count_id=count.id, now=self.scene.now
                )
            else:
                counts.cancel_count(
                    actor=self.actor("asha"), count_id=count.id, note="", now=self.scene.now
                )

    @rule(which=number, reply=st.sampled_from(Answer.values), lot=number, quantity=units)
    def answer(self, which, reply, lot, quantity):
        with self.step():
            found = self.some(Difference.objects.filter(answered_at=None), which)
            differences.answer(
                actor=self.actor("chidi" if found.handed_on_at else "bela"),
                difference_id=found.id,
                answer=reply,
                note="seen",
                now=self.scene.now,
                correction=differences.Correction(self.some(self._lots(), lot).id, quantity),
            )

    @rule(which=number)
    def put_away(self, which):
        with self.step():
            shelf, _made = Bin.objects.get_or_create(depot=self.world.quay, code="A-01")
            holding = self.some(Holding.objects.filter(depot=self.world.quay), which)
            bins.put_in_bin(
                actor=self.actor("bela"),
                holding_id=holding.id,
                bin_id=shelf.id if which % 2 else None,
                now=self.scene.now,
            )

    @rule(code=st.sampled_from(GOODS), quantity=units)
    def type_in_a_blank_slip(self, code, quantity):
        with self.step():
            slips.print_blanks(
                actor=self.actor("bela"),
                depot_id=self.world.quay.id,
                count=1,
                request_key=uuid.uuid4(),
                now=self.scene.now,
            )
            slips.use_blank(
                actor=self.actor("bela"),
                slip_id=BlankSlip.objects.latest("id").id,
                incident_id=self.scene.incident.id,
                area_id=self.world.area("Northbank").id,
                lines={code: quantity},
                commander_id=self.world.users["chidi"].id,
                said_at=self.scene.now,
                left_at=self.scene.now,
                plate="H-0009",
                driver="",
                fleet_id=self.store.fleet.id,
                photos=[],
                request_key=uuid.uuid4(),
                now=self.scene.now,
            )

    @rule(house=st.integers(0, 9), lot=number, quantity=units)
    def hand_out(self, house, lot, quantity):
        """Rather what the township has; now and then what it never received."""
        with self.step():
            there = Account.objects.filter(kind="received", balance__gt=0).order_by("id").first()
            chosen = self.some(self._lots(), lot)
            if there is not None and lot % 3:
                chosen = Lot.objects.get(id=int(there.commodity[4:]))
            households = Household.objects.filter(area=self.world.area("Willow")).order_by("id")
            hand_out(
                actor=self.actor("gu"),
                incident_id=self.scene.incident.id,
                area_id=self.world.area("Willow").id,
                given=GivenHandOut(
                    lines={chosen.id: quantity},
                    handed_at=self.scene.now,
                    people=3,
                    household_id=households[house].id,
                ),
                request_key=uuid.uuid4(),
                now=self.scene.now,
            )
