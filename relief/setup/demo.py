"""The demo county: a flood in Antu, reported by three townships while a fourth is silent."""

import datetime as dt
import json
import uuid

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon

from gis import territory as files
from gis.models import Area, Level
from relief.access.gate import Actor, actor_for
from relief.access.models import Duty, User
from relief.boards import past
from relief.households.models import AffectedVillage
from relief.incidents.models import Hazard, Incident
from relief.journal.models import Book, BookKind
from relief.reports.indicators import NEEDED
from relief.reports.models import ReportKind
from relief.response import actions as response
from relief.setup import demo_readiness, demo_stock
from relief.setup.demo_people import PASSWORD, PEOPLE, SONGJIANG
from relief.setup.territory import Say, load

FOLDER = settings.BASE_DIR / "fixtures" / "antu"
WANBAO, XINHE, YONGQING = "222426105000", "222426200000", "222426201000"

# What the three townships report. Together 1,285 people relocated or needing aid and 512 rooms:
# level II of the default profile.
FIGURES = {
    SONGJIANG: {
        "affected_population": 3_260,
        "deaths": 1,
        "missing": 1,
        "injured": 6,
        "relocated_cum": 410,
        "relocated_now": 410,
        "relocated_central_cum": 260,
        "relocated_central_now": 260,
        "relocated_dispersed_cum": 150,
        "relocated_dispersed_now": 150,
        "shelter_sites_cum": 2,
        "shelter_sites_now": 2,
        "emergency_aid_cum": 160,
        "emergency_aid_now": 160,
        "rooms_collapsed": 118,
        "dwelling_rooms_collapsed": 96,
        "dwelling_hh_collapsed": 31,
        "rooms_severe": 124,
        "dwelling_rooms_severe": 108,
        "dwelling_hh_severe": 38,
    },
    XINHE: {
        "affected_population": 2_140,
        "relocated_cum": 280,
        "relocated_now": 280,
        "relocated_central_cum": 180,
        "relocated_central_now": 180,
        "relocated_dispersed_cum": 100,
        "relocated_dispersed_now": 100,
        "shelter_sites_cum": 1,
        "shelter_sites_now": 1,
        "emergency_aid_cum": 130,
        "emergency_aid_now": 130,
        "rooms_collapsed": 66,
        "dwelling_rooms_collapsed": 58,
        "dwelling_hh_collapsed": 19,
        "rooms_severe": 92,
        "dwelling_rooms_severe": 80,
        "dwelling_hh_severe": 27,
    },
    YONGQING: {
        "affected_population": 1_180,
        "relocated_cum": 190,
        "relocated_now": 190,
        "relocated_central_cum": 120,
        "relocated_central_now": 120,
        "relocated_dispersed_cum": 70,
        "relocated_dispersed_now": 70,
        "shelter_sites_cum": 1,
        "shelter_sites_now": 1,
        "emergency_aid_cum": 115,
        "emergency_aid_now": 115,
        "rooms_collapsed": 47,
        "dwelling_rooms_collapsed": 40,
        "dwelling_hh_collapsed": 13,
        "rooms_severe": 65,
        "dwelling_rooms_severe": 58,
        "dwelling_hh_severe": 20,
    },
}


def seed(*, say: Say, now: dt.datetime) -> Incident:
    """Fill an empty database with the demo county, its people and a flood under way."""
    book, _made = Book.objects.get_or_create(
        kind=BookKind.REAL, defaults={"name": "实战 / real operation"}
    )
    territory = files.read(FOLDER)
    county = load(territory=territory, book=book, say=say)
    say(f"{county.households:,} synthetic households")
    demo_stock.stock(book=book, now=now - dt.timedelta(days=30))
    demo_stock.agreements(
        book=book, county=county.area, suppliers=county.suppliers, yards=county.yards, now=now
    )
    say("stock, agreements and vehicles")
    people(book=book, now=now)
    demo_readiness.ready(county=county.area, now=now)
    demo_stock.under_way(
        book=book,
        keeper=User.objects.get(username="keeper"),
        now=now - dt.timedelta(hours=3),
    )
    # Boards of the past start from here: all that is loaded without a journal line is there now.
    past.take_checkpoint(book_id=book.id, now=now - dt.timedelta(hours=2))
    incident = flood(book=book, county=county.area, now=now)
    _village_officer(book=book, incident=incident, now=now)
    say("people, and a flood reported by three townships")
    return incident


def people(*, book: Book, now: dt.datetime) -> None:
    """The demo people with their duties; the village's post waits for the flood's villages."""
    since = now - dt.timedelta(days=365)
    password = make_password(PASSWORD)
    for person in PEOPLE:
        user, _made = User.objects.update_or_create(
            username=person.username,
            defaults={
                "shown_name": person.name,
                "shown_name_en": person.name_en,
                "password": password,
            },
        )
        if person.area:
            area = Area.objects.get(code=person.area)
            Duty.objects.get_or_create(
                user=user, role=person.role, area=area, book=book, valid_from=since
            )


def _village_officer(*, book: Book, incident: Incident, now: dt.datetime) -> None:
    """Give the village post the hardest hit village of Songjiang."""
    township = Area.objects.get(code=SONGJIANG)
    hit = (
        AffectedVillage.objects.filter(incident=incident, area__parent=township)
        .order_by("-presumed_households", "area__code")
        .first()
    )
    village = hit.area if hit else township.parts.order_by("code")[0]
    person = next(person for person in PEOPLE if not person.area)
    Duty.objects.create(
        user=User.objects.get(username=person.username),
        role=person.role,
        area=village,
        book=book,
        valid_from=now - dt.timedelta(days=365),
    )


def actor(*, username: str, book: Book, now: dt.datetime) -> Actor:
    return actor_for(user=User.objects.get(username=username), book_id=book.id, now=now)


def flood(*, book: Book, county: Area, now: dt.datetime) -> Incident:
    """Open the flood and file what three townships know; Wanbao has not reported."""
    shape = json.loads((FOLDER / "flood.geojson").read_text(encoding="utf-8"))
    footprint = GEOSGeometry(json.dumps(shape["features"][0]["geometry"]), srid=4326)
    started = now - dt.timedelta(minutes=75)
    duty = actor(username="duty", book=book, now=now)
    incident = response.open_incident(
        actor=duty,
        area_id=county.id,
        name="古洞河、松江河洪水(模拟)",
        name_en="Flood on two rivers (synthetic)",
        hazard=Hazard.FLOOD,
        started_at=started,
        cold_season=False,
        footprint=MultiPolygon(footprint, srid=4326),
        request_code=str(uuid.uuid5(uuid.NAMESPACE_URL, "relief-demo-flood")),
        now=now - dt.timedelta(minutes=50),
    )
    for n, (code, figures) in enumerate(FIGURES.items()):
        area = Area.objects.get(code=code, level=Level.TOWNSHIP)
        response.file_report(
            actor=duty,
            incident_id=incident.id,
            area_id=area.id,
            kind=ReportKind.INITIAL,
            figures=dict.fromkeys(NEEDED, 0) | figures,
            as_of=now - dt.timedelta(minutes=40 - n),
            change_note="",
            narrative="",
            request_key=uuid.uuid5(uuid.NAMESPACE_URL, f"relief-demo-{code}"),
            now=now - dt.timedelta(minutes=30 - n),
        )
    return incident


def is_complete() -> bool:
    """Whether the demo was filled to the end: the flood is what it writes last but one."""
    return Incident.objects.exists()


def is_empty() -> bool:
    return not Area.objects.exists()
