"""Whoever reports, adopts, returns, merges and gathers, in whatever order: the totals hold."""

import datetime as dt
import uuid
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relief.access.gate import NotFound, Refused
from relief.boards.scopes import Scope, View
from relief.boards.snapshot import take
from relief.field.models import Alert, Item
from relief.ledger.audit import audit
from relief.reports import audit as report_audit
from relief.reports import chains, queries, rules
from relief.reports.models import Report
from relief.response import audit as response_audit
from relief.response import desk
from relief.response.actions import return_report
from tests import world as named
from tests.boards import replay
from tests.response import phones

STEPS = ["phone"] * 4 + ["form"] * 2 + ["adopt", "adopt", "give_back", "merge", "merge"]
STEPS += ["keep", "gather", "pass_on", "see"]
PLACES = [("Northbank", None), ("Northbank", "Willow"), ("Northbank", "Reed"), ("Hilltop", None)]


class People:
    """Several people take steps with drawn details; refusals are fine, half-done work is not."""

    def __init__(self, world: named.World, data: st.DataObject) -> None:
        self.world, self.data = world, data
        self.incident = named.flood(world)
        self.now = world.now

    def take(self, step: str) -> None:
        self.now += dt.timedelta(minutes=7)
        before = Report.objects.count(), Item.objects.count()
        try:
            getattr(self, step)()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        except (Refused, NotFound):
            assert (Report.objects.count(), Item.objects.count()) == before
        assert [*report_audit.findings(), *response_audit.findings()] == []
        self.totals_hold()

    def totals_hold(self) -> None:
        counting = queries.current(incident=self.incident)
        for area in {one.area for one in counting}:
            versions = list(Report.objects.filter(incident=self.incident, area=area))
            counted = [one for one in versions if one.id in chains.counting(versions)]
            places = [one.village_id for one in counted]
            assert len(set(places)) == len(places) and (None not in places or places == [None])
            own = [one.figures for one in counting if one.area == area]
            assert rules.total(own) == rules.total(one.figures for one in counted)
        latest = self.incident.assessments.order_by("-id").first()
        assert (latest is None and not counting) or (
            latest.figures["sums"] == queries.county_sums(reports=counting)
        )

    def draw(self, strategy):
        return self.data.draw(strategy)

    def some(self, rows):
        found = list(rows.order_by("pk"))
        if not found:
            raise NotFound
        return self.draw(st.sampled_from(found))

    def figures(self) -> dict[str, int]:
        people = self.draw(st.integers(0, 60))
        return {"affected_population": people, "deaths": self.draw(st.integers(0, min(2, people)))}

    def phone(self) -> None:
        place, village = self.draw(st.sampled_from(PLACES))
        area = self.world.area(village) if village else None
        chain = Report.objects.filter(area=self.world.area(place), village=area).order_by("id")
        extends = self.draw(st.sampled_from([None, *chain]))
        by = {None: "emeka", "Willow": "gu"}.get(village, "asha")
        phones.file(
            self.world,
            self.incident,
            place,
            by="asha" if place == "Hilltop" else by,
            village=village,
            extends=extends,
            kind=self.draw(st.sampled_from(["follow_up", "verified"])) if extends else None,
            as_of=self.now - dt.timedelta(minutes=self.draw(st.integers(0, 20))),
            now=self.now,
            reason="new_check",
            **self.figures(),
        )

    def form(self) -> None:
        kind = self.draw(st.sampled_from(["initial", "follow_up", "zero"]))
        named.report(
            self.world,
            self.incident,
            "Northbank",
            kind=kind,
            now=self.now,
            change_note="counted again",
            **({} if kind == "zero" else self.figures()),
        )

    def adopt(self) -> None:
        report = self.some(Report.objects.filter(state__in=chains.PENDING))
        desk.adopt_report(actor=self.asha, report_id=report.id, now=self.now)

    def give_back(self) -> None:
        report = self.some(Report.objects.filter(area__level=9))
        return_report(actor=self.asha, report_id=report.id, note="again please", now=self.now)

    def merge(self) -> None:
        one = self.some(Report.objects.filter(state="to_merge"))
        beside = Report.objects.filter(area=one.area, village=one.village).exclude(id=one.id)
        other = self.some(beside.filter(state__in=[*chains.LIVE, *chains.PENDING]))
        desk.merge_reports(
            actor=self.asha,
            report_ids=[one.id, other.id],
            figures=one.figures | other.figures,
            change_note="by telephone",
            narrative="",
            request_key=uuid.uuid4(),
            now=self.now,
        )

    def keep(self) -> None:
        place, village = self.draw(st.sampled_from(PLACES[:3]))
        phones.keep(self.world, place, village=village, now=self.now, **self.figures())

    def gather(self) -> None:
        items = list(Item.objects.filter(report=None).values_list("id", flat=True))
        desk.gather_items(
            actor=self.asha, incident_id=self.incident.id, item_ids=items, now=self.now
        )

    def pass_on(self) -> None:
        desk.report_up(
            actor=self.asha,
            incident_id=self.incident.id,
            narrative="",
            request_key=uuid.uuid4(),
            now=self.now,
        )

    def see(self) -> None:
        alert = self.some(Alert.objects.all())
        desk.see_alert(actor=self.asha, alert_id=alert.id, now=self.now)

    @property
    def asha(self):
        return self.world.actor("asha", now=self.now)


@contextmanager
def one_example():
    """What an example writes is gone after it, as between two tests: durable actions may nest."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), steps=st.lists(st.sampled_from(STEPS), min_size=8, max_size=16))
def test_totals_are_those_of_the_rule_after_every_step_and_boards_replay(world, data, steps):
    with one_example():
        scopes = [
            Scope(world.real.id, View.COMMAND, world.county.path),
            Scope(world.real.id, View.TOWNSHIP, world.area("Northbank").path),
        ]
        before = {scope: take(scope=scope) for scope in scopes}
        people = People(world, data)
        for step in ["phone", "phone", *steps]:
            people.take(step)
        assert audit() == []
        for scope, earlier in before.items():
            now = take(scope=scope)
            moved = replay.replay(scope, after=earlier.number, upto=now.number)
            replay.compare(
                scope, earlier.number, replay.upsert(replay.state(earlier.rows), moved), now
            )
