"""A response that plays itself: the demo people act through the same actions as the screens."""

import datetime as dt
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils import timezone

from gis.models import Area, RoadLink
from relief.access.acts import Role
from relief.access.gate import Actor, actor_for
from relief.access.models import Duty, User
from relief.allocation import actions as allocation
from relief.deliveries import actions as deliveries
from relief.deliveries import issuing, planning, rules
from relief.deliveries.models import Stop, Trip, TripState
from relief.deliveries.refusals import NoVehicle
from relief.incidents import actions as roads
from relief.incidents.models import Incident, IncidentStatus
from relief.journal.models import Book, BookKind
from relief.outlook import actions as outlook
from relief.outlook.models import ReadinessCheck
from relief.reports import queries as reports
from relief.reports.indicators import NEEDED
from relief.reports.models import Report, ReportKind
from relief.response import actions as response
from relief.response.models import Activation
from relief.setup.demo import WANBAO
from relief.setup.demo_people import SONGJIANG
from relief.stock import actions as stock
from relief.stock.models import Holding, LotState

WANBAO_FIGURES = {
    "affected_population": 2_480,
    "relocated_cum": 240,
    "relocated_now": 240,
    "relocated_central_cum": 150,
    "relocated_central_now": 150,
    "relocated_dispersed_cum": 90,
    "relocated_dispersed_now": 90,
    "shelter_sites_cum": 1,
    "shelter_sites_now": 1,
    "emergency_aid_cum": 120,
    "emergency_aid_now": 120,
    "rooms_collapsed": 54,
    "dwelling_rooms_collapsed": 46,
    "dwelling_hh_collapsed": 15,
    "rooms_severe": 70,
    "dwelling_rooms_severe": 61,
    "dwelling_hh_severe": 21,
}


@dataclass
class Player:
    """Plays one response. `pause(seconds)` waits; `say(text)` tells what happens."""

    book: Book
    incident: Incident
    say: Callable[[str], None]
    pause: Callable[[float], None]

    def actor(self, username: str) -> Actor:
        user = User.objects.get(username=username)
        return actor_for(user=user, book_id=self.book.id, now=timezone.now())

    def township_actor(self, area: Area) -> Actor:
        """The officer of a township; one is made where the demo has nobody there."""
        duty = Duty.objects.filter(role=Role.TOWNSHIP_OFFICER, area=area, book=self.book).first()
        if duty is None:
            user, _made = User.objects.get_or_create(
                username=f"officer-{area.code[:9]}",
                defaults={
                    "shown_name": f"{area.name}灾情员",
                    "shown_name_en": f"{area.name_en} officer",
                    "password": "!",
                },
            )
            duty = Duty.objects.create(
                user=user,
                role=Role.TOWNSHIP_OFFICER,
                area=area,
                book=self.book,
                valid_from=timezone.now() - dt.timedelta(days=1),
            )
        return actor_for(user=duty.user, book_id=self.book.id, now=timezone.now())

    def run(self) -> None:
        """The whole response, about three minutes at the normal pace."""
        self.check_readiness()
        self.pause(6)
        self.report_wanbao()
        self.pause(8)
        self.activate()
        self.pause(8)
        self.propose_and_approve()
        self.pause(8)
        self.dispatch(count=4)
        self.receive(count=2, short=True)
        self.setbacks()
        self.pause(8)
        self.replan()
        while self.dispatch(count=3) or self.receive(count=3):
            self.receive(count=2)
        waiting = Trip.objects.filter(incident=self.incident, state=TripState.PLANNED).count()
        self.say(
            f"what left has arrived, {waiting} trips wait for vehicles to come back; "
            "the boards show what is still missing, and why"
        )

    def check_readiness(self) -> None:
        """Ask the worker what would happen in other disasters; once, for the demo's first start."""
        if ReadinessCheck.objects.filter(book=self.book, area=self.incident.area).exists():
            return
        outlook.ask_check(
            actor=self.actor("duty"),
            area_id=self.incident.area_id,
            request_key=uuid.uuid4(),
            now=timezone.now(),
        )
        self.say("the duty officer asks how ready the county is for other disasters")

    def report_wanbao(self) -> None:
        area = Area.objects.get(code=WANBAO)
        if any(row.area_id == area.id for row in reports.current(incident=self.incident)):
            return
        now = timezone.now()
        response.file_report(
            actor=self.actor("wanbao"),
            incident_id=self.incident.id,
            area_id=area.id,
            kind=ReportKind.INITIAL,
            figures=dict.fromkeys(NEEDED, 0) | WANBAO_FIGURES,
            as_of=now,
            change_note="",
            narrative="",
            request_key=uuid.uuid4(),
            now=now,
        )
        self.say("Wanbao breaks its silence: its first report is in")

    def activate(self) -> None:
        if Activation.objects.filter(
            incident=self.incident, area=self.incident.area, ended_at=None
        ).exists():
            return
        planning.activate_response(
            actor=self.actor("commander"),
            incident_id=self.incident.id,
            level=2,
            now=timezone.now(),
        )
        self.say("the commander activates level II: tasks, needs and a draft plan appear")

    def propose_and_approve(self) -> None:
        plan = self.incident.plans.filter(state="draft").order_by("-id").first()
        if plan is None:
            return
        allocation.propose_plan(actor=self.actor("duty"), plan_id=plan.id, now=timezone.now())
        self.say(f"the duty officer proposes plan {plan.number}")
        self.pause(6)
        planning.approve_plan(
            actor=self.actor("commander"), plan_id=plan.id, note="", now=timezone.now()
        )
        self.say(f"the commander approves {plan.number}: orders exist, stock is held")

    def dispatch(self, *, count: int) -> int:
        trips = (
            Trip.objects.filter(incident=self.incident, state=TripState.PLANNED)
            .prefetch_related("stops__loads")
            .order_by("leaves_at", "id")[:count]
        )
        sent = 0
        for trip in trips:
            loads = {
                load.id: load.planned for stop in trip.stops.all() for load in stop.loads.all()
            }
            try:
                issuing.dispatch_trip(
                    actor=self.actor("keeper"),
                    trip_id=trip.id,
                    loads=loads,
                    plate=f"演练-{trip.id:04d}",
                    now=timezone.now(),
                )
            except NoVehicle:
                self.say(f"{trip.number} waits for a vehicle")
                break
            sent += 1
            self.say(f"the keeper dispatches {trip.number}")
            self.pause(3)
        return sent

    def receive(self, *, count: int, short: bool = False) -> int:
        stops = (
            Stop.objects.filter(
                trip__incident=self.incident,
                trip__state=TripState.ON_THE_ROAD,
                received_at=None,
                loads__loaded__gt=0,
            )
            .select_related("area")
            .distinct()
            .order_by("arrives_at", "id")[:count]
        )
        taken = 0
        for stop in list(stops):
            counts = {}
            for n, load in enumerate(stop.loads.filter(loaded__gt=0).order_by("id")):
                loaded = load.loaded or 0
                missing = 2 if short and n == 0 and loaded > 5 else 0
                counts[load.id] = rules.from_received(
                    loaded=loaded, arrived=loaded - missing, damaged=1 if missing else 0
                )
            deliveries.receive_stop(
                actor=self.township_actor(stop.area),
                stop_id=stop.id,
                counts=counts,
                note="外包装破损" if short else "",
                now=timezone.now(),
            )
            self.say(f"{stop.area.name_en} receives {'with a difference' if short else 'all'}")
            short = False
            taken += 1
            self.pause(3)
        return taken

    def setbacks(self) -> None:
        """A road closes, a lot turns out spoiled, and Songjiang finds more people in need."""
        x, y = self._road_in_flood()
        box = Polygon.from_bbox((x - 0.004, y - 0.004, x + 0.004, y + 0.004))
        roads.close_road(
            actor=self.actor("duty"),
            incident_id=self.incident.id,
            links=None,
            polygon=MultiPolygon(box, srid=4326),
            reason="桥头路基冲毁(演练)",
            request_key=uuid.uuid4(),
            now=timezone.now(),
        )
        self.say("a road is washed out")
        self.pause(5)
        holding = (
            Holding.objects.filter(
                book=self.book, lot__item__code="QUILT", lot__state=LotState.GOOD
            )
            .order_by("-account__balance")
            .first()
        )
        if holding is not None:
            stock.condemn_lot(
                actor=self.actor("keeper"),
                lot_id=holding.lot_id,
                state=LotState.QUARANTINED,
                reason="受潮发霉(演练)",
                now=timezone.now(),
            )
            self.say("the keeper finds a lot of quilts spoiled")
        self.pause(5)
        area = Area.objects.get(code=SONGJIANG)
        last = next(r for r in reports.current(incident=self.incident) if r.area_id == area.id)
        self._more_people(area, last)
        self.say("Songjiang reports 60 more people in need")

    def _more_people(self, area: Area, last: Report) -> None:
        now = timezone.now()
        more = {
            key: int(last.figures[key]) + 60 for key in ("emergency_aid_cum", "emergency_aid_now")
        }
        response.file_report(
            actor=self.actor("songjiang"),
            incident_id=self.incident.id,
            area_id=area.id,
            kind=ReportKind.FOLLOW_UP,
            figures=last.figures | more,
            as_of=now,
            change_note="新核查",
            narrative="",
            request_key=uuid.uuid4(),
            now=now,
        )

    def _road_in_flood(self) -> tuple[float, float]:
        """The middle of the first road link that the flood's footprint meets."""
        link = (
            RoadLink.objects.filter(line__intersects=self.incident.footprint)
            .exclude(road_class="village")
            .order_by("number")
        )[0]
        middle = link.line.interpolate_normalized(0.5)
        return middle.x, middle.y

    def replan(self) -> None:
        planning.draft_plan(
            actor=self.actor("duty"),
            incident_id=self.incident.id,
            reason="道路中断、批次封存、续报增加",
            now=timezone.now(),
        )
        self.say("the duty officer drafts the plan again; what is on the road stays")
        self.pause(6)
        self.propose_and_approve()


def player(*, say: Callable[[str], None], pace: float) -> Player:
    """A player for the demo's open incident. `pace` 2 plays twice as fast, 0 without waiting."""
    book = Book.objects.get(kind=BookKind.REAL)
    incident = Incident.objects.filter(book=book, status=IncidentStatus.OPEN).latest("id")

    def pause(seconds: float) -> None:
        if pace:
            time.sleep(seconds / pace)

    return Player(book=book, incident=incident, say=say, pause=pause)
