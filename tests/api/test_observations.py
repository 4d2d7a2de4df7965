"""What evaluators of a drill send: taken once, in drill time, and shown to no player."""

import datetime as dt
import json

import pytest
import time_machine
from django.db import transaction

from relief.access.acts import Role
from relief.drills import control, duties, people
from relief.drills.models import Objective, Observation
from relief.drills.observing import observations_of
from relief.journal.models import Entry
from tests.api.phones import Phone, sha
from tests.api.pictures import picture
from tests.api.test_items import refused
from tests.drills.conftest import BEGINS, Hall, prepared

pytestmark = pytest.mark.django_db

SPEED = 10
BEGUN = dt.datetime(2026, 7, 15, 4, 0, tzinfo=dt.UTC)  # real time at which the clock starts


@pytest.fixture
def at():
    """`at(minutes)` is the machine's time from then on: minutes after the drill began."""
    with time_machine.travel(BEGUN, tick=False) as machine:

        def of(minutes: float) -> dt.datetime:
            moment = BEGUN + dt.timedelta(minutes=minutes)
            machine.move_to(moment)
            return moment

        yield of


@pytest.fixture
def hall(at, world) -> Hall:
    """A drill that waits to begin."""
    return Hall(world, prepared(world))


@pytest.fixture
def drill(hall) -> Hall:
    """A drill that has begun. Dana evaluates its only objective, and Hana is an evaluator too."""
    control.begin(actor=hall.actor, drill_id=hall.drill.pk, rate=SPEED, real=BEGUN)
    ask(hall, "dana")
    with transaction.atomic():
        duties.give_duty(
            drill=hall.fresh(),
            user=hall.world.users["hana"],
            role=Role.EVALUATOR,
            area=hall.drill.area,
            now=BEGUN,
        )
    return hall


def ask(hall: Hall, name: str) -> None:
    """That person is asked to evaluate the objective."""
    people.set_evaluator(
        actor=hall.actor,
        objective_id=the_objective(hall).pk,
        user_id=hall.world.users[name].pk,
        now=BEGUN,
    )


def phone_of(hall: Hall, name: str) -> Phone:
    """Enrolled by command, as a guest's is who holds no duty in the real operation."""
    return Phone(hall.world, name, by_command=True)


def observation(phone: Phone, hall: Hall, *, inject: int | None = 1, **body) -> dict:
    """What the phone saves: of an inject by its number, or of the objective; seen now."""
    of = {"inject": hall.inject(inject).pk} if inject else {"objective": the_objective(hall).pk}
    now = dt.datetime.now(dt.UTC).isoformat()
    said = {"seen": True, "rating": "", "note": "", "seen_at": now, "shown_at": None}
    item = phone.item("observation", **(of | said | body))
    return item | {"book": hall.drill.book_id, "offset_seconds": 0}


def the_objective(hall: Hall) -> Objective:
    return Objective.objects.get(drill=hall.drill)


def drill_time(minutes: float) -> dt.datetime:
    """Drill time at minutes of real time after the beginning, while nobody sets the clock."""
    return BEGINS + SPEED * dt.timedelta(minutes=minutes)


def test_what_is_seen_is_written_down_once_in_drill_time(drill, at):
    dana = phone_of(drill, "dana")
    at(3)
    item = observation(dana, drill, note="  opened at once ", rating="P")
    at(9)  # there was no network for six minutes
    first = dana.put(item)
    at(10)  # nor did the answer come
    again = dana.put(item)
    assert (first.status_code, again.status_code) == (201, 200), first.content
    assert first.json() == again.json()
    assert (first.json()["state"], first.json()["reason"]) == ("done", "")
    assert first.json()["receipt"].startswith("YL-ZQ-0720-")
    made = Observation.objects.get()
    assert (made.drill, made.inject, made.objective) == (drill.drill, drill.inject(1), None)
    assert (made.seen, made.rating, made.note) == (True, "P", "opened at once")
    assert (made.seen_at, made.noted_at) == (drill_time(3), drill_time(9))
    assert made.noted_by == drill.world.users["dana"]
    entry = Entry.objects.get(book=drill.drill.book_id, kind="observed")
    assert (entry.facts["inject"], entry.happened_at) == (1, drill_time(9))
    assert "rating" not in entry.facts and json.loads(entry.rows)[0]["v"] is None


def test_a_pause_that_the_phone_had_not_heard_of_corrects_the_time_and_says_so(drill, at):
    dana = phone_of(drill, "dana")
    control.set_rate(actor=drill.actor, drill_id=drill.drill.pk, rate=0, real=at(5))
    at(8)
    unheard = observation(dana, drill, shown_at=drill_time(8).isoformat())
    heard = observation(dana, drill, inject=None, shown_at=drill_time(5).isoformat())
    slow = observation(dana, drill, inject=4, seen_at=at(2).isoformat()) | {"offset_seconds": 90}
    at(20)
    said = [dana.put(one).json()["reason"] for one in (unheard, heard, slow)]
    assert said == [
        "The drill’s clock had been set: it counts at 03:20:00, not at 03:50:00.",
        "",
        "",
    ]
    found = observations_of(drill.drill)
    assert [one.observation.seen_at for one in found.every] == [
        drill_time(5),
        drill_time(5),
        drill_time(3.5),
    ]
    assert [one.shown_at for one in found.every] == [drill_time(8), None, None]


def test_the_newest_of_each_evaluator_about_each_thing_counts(drill, at):
    dana, hana = phone_of(drill, "dana"), phone_of(drill, "hana")
    for minute, who, inject, rating in (
        (1, dana, 1, "U"),
        (2, hana, 1, "S"),
        (3, dana, 1, "P"),
        (4, dana, None, "M"),
        (5, hana, 4, "M"),
    ):
        at(minute)
        assert who.put(observation(who, drill, inject=inject, rating=rating)).status_code == 201
    found = observations_of(drill.drill)
    assert len(found.every) == 5

    def ratings(seen):
        return [(one.observation.noted_by.username, one.observation.rating) for one in seen]

    assert {key: ratings(seen) for key, seen in found.of_inject.items()} == {
        drill.inject(1).pk: [("hana", "S"), ("dana", "P")],
        drill.inject(4).pk: [("hana", "M")],
    }
    assert {key: ratings(seen) for key, seen in found.of_objective.items()} == {
        the_objective(drill).pk: [("dana", "M")]
    }
    told = dana.get(f"reference?book={drill.drill.book_id}").json()["drill"]
    assert [(one["inject"], one["rating"]) for one in told["observed"]] == [
        (drill.inject(1).pk, "P"),
        (None, "M"),
    ]


def test_only_evaluators_of_a_drill_are_told_what_is_expected(drill, at):
    dana, hana, book = phone_of(drill, "dana"), phone_of(drill, "hana"), drill.drill.book_id
    drill.drill.injects.filter(number=1).update(expected="开设事件", expected_en="Open")
    drill.drill.injects.filter(number=4).update(evaluator=drill.world.users["hana"])
    told = dana.get(f"reference?book={book}").json()
    assert (told["reports"], told["store"], told["chains"]) == (False, None, [])
    assert told["clock"] == [
        {"real": "2026-07-15T04:00:00.000Z", "sim": "2026-07-19T18:30:00.000Z", "rate": SPEED}
    ]
    assert (told["drill"]["title_en"], told["drill"]["state"]) == ("Harbour flood drill", "running")
    [objective] = told["drill"]["objectives"]
    assert (objective["title_en"], objective["own"]) == ("Respond", True)
    # Nobody is named for the second and the third; the fourth is Hana's.
    assert [one["number"] for one in told["drill"]["injects"]] == [1, 2, 3]
    first = told["drill"]["injects"][0]
    assert (first["expected_en"], first["deadline_minutes"], first["seat"]) == ("Open", 30, "duty")
    assert first["due_at"] == "2026-07-19T18:30:00.000Z"
    hanas = hana.get(f"reference?book={book}").json()["drill"]
    assert [one["number"] for one in hanas["injects"]] == [2, 3, 4]

    # A player of the same drill, and the evaluator in the real book.
    seat = drill.drill.seats.get(key="duty")
    player = drill.world.users["emeka"]
    people.take_seat(actor=drill.actor, seat_id=seat.pk, user_id=player.pk, now=BEGUN)
    emeka = phone_of(drill, "emeka")
    answer = emeka.get(f"reference?book={book}")
    assert answer.json()["drill"] is None
    assert "开设事件" not in answer.content.decode()
    assert hana.get("reference").json()["drill"] is None
    item = observation(emeka, drill)
    refused(emeka.put(item), "auth.not_allowed", 403)
    assert not Observation.objects.exists()


def test_another_drills_inject_is_not_found_and_an_evaluator_who_was_relieved_is_refused(drill, at):
    dana = phone_of(drill, "dana")
    other = prepared(drill.world)
    foreign = observation(dana, drill)
    foreign["body"]["inject"] = other.injects.get(number=1).pk
    refused(dana.put(foreign), "item.unknown_place", 404)
    foreign["body"] |= {"inject": None, "objective": other.objectives.get().pk}
    refused(dana.put(foreign), "item.unknown_place", 404)
    elsewhere = observation(dana, drill) | {"book": other.book_id}
    refused(dana.put(elsewhere), "item.unknown_place", 404)
    real = observation(dana, drill) | {"book": drill.world.real.id}
    refused(dana.put(real), "item.unknown_place", 404)

    at(2)
    before = observation(dana, drill)
    people.set_evaluator(
        actor=drill.actor, objective_id=the_objective(drill).pk, user_id=None, now=at(4)
    )
    at(5)
    refused(dana.put(before), "item.unknown_place", 404)
    assert not Observation.objects.exists()


def test_nothing_is_seen_of_a_drill_that_has_not_begun_and_much_after_its_end(hall, at):
    ask(hall, "dana")
    dana = phone_of(hall, "dana")
    early = observation(dana, hall)
    assert "has not begun" in refused(dana.put(early), "item.refused", 422)["detail"]
    control.begin(actor=hall.actor, drill_id=hall.drill.pk, rate=SPEED, real=at(0))
    at(4)
    late = observation(dana, hall)
    control.end(actor=hall.actor, drill_id=hall.drill.pk, real=at(6))
    at(60)
    assert dana.put(late).status_code == 201
    made = Observation.objects.get()
    assert (made.seen_at, made.noted_at) == (drill_time(4), drill_time(6))


def test_observations_nobody_honest_sends_are_refused(drill):
    dana = phone_of(drill, "dana")
    wrong = {
        "inject": ["1", -1, 2**70, 0],
        "rating": ["X", "PP", None, 1],
        "seen": ["maybe", 5],
        "note": ["x" * 401, None],
        "seen_at": ["0001-01-01T00:00:00+14:00", "2026-07-15T04:00:00+20:37", None, "now", 5],
        "shown_at": ["9999-12-31T23:59:59-12:00", 1],
        "truth": [1],
    }
    for field, values in wrong.items():
        for value in values:
            item = observation(dana, drill)
            item["body"][field] = value
            refused(dana.put(item), "request.invalid", 422)
    nothing = observation(dana, drill, seen=None, note="  ")
    assert "photo is expected" in refused(dana.put(nothing), "item.refused", 422)["detail"]
    of_both = observation(dana, drill, objective=the_objective(drill).pk)
    assert "Either an inject" in refused(dana.put(of_both), "item.refused", 422)["detail"]
    future = observation(dana, drill, seen_at="2031-01-01T00:00:00Z")
    assert dana.put(future).status_code == 201
    assert Observation.objects.get().seen_at == drill_time(0)


def test_a_photo_of_an_observation_comes_after_its_text_into_the_drills_book(drill):
    dana, shot = phone_of(drill, "dana"), picture()
    item = observation(dana, drill) | {"photos": [sha(shot)]}
    assert dana.put(item).json()["missing_photos"] == [sha(shot)]
    assert dana.send_photo(shot, book=drill.drill.book_id).json()["complete"] is True
    assert dana.put(item).json()["complete"] is True
    assert Observation.objects.get().photos == [sha(shot)]


def test_the_start_page_of_an_evaluator_shows_what_to_watch_and_leads_to_the_phone(drill, client):
    drill.drill.injects.filter(number=1).update(expected_en="Open an incident")
    dana = phone_of(drill, "dana")
    assert dana.put(observation(dana, drill, rating="S", note="quick")).status_code == 201
    told = dana.get("reference").json()
    assert [(one["id"], one["watches"]) for one in told["books"]] == [(drill.drill.book_id, True)]

    def home(name: str) -> str:
        client.force_login(drill.world.users[name])
        session = client.session
        session["book"] = drill.drill.book_id
        session.save()
        return client.get("/", headers={"Accept-Language": "en"}).content.decode()

    page = home("dana")
    for words in ("You evaluate: Harbour flood drill", "Open an incident", "quick", "/f/#/watch"):
        assert words in page
    seat = drill.drill.seats.get(key="duty")
    player = drill.world.users["asha"]
    people.take_seat(actor=drill.actor, seat_id=seat.pk, user_id=player.pk, now=BEGUN)
    assert "Open an incident" not in home("asha")
