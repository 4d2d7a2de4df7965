"""`./run bench field`: 200 phones send their reports at once, beside plain SQL with the same rows.

A web process is started as `./run serve` starts it. Each phone is an enrolled one of a township
officer and holds some reports of its own village, as the app keeps them. First all phones send all
they have as fast as they can, in batches, and every tenth answer is lost after the county has
committed, so that the phone sends those items again. Then the rows that this wrote are written once
more into a book of their own, report by report in one transaction each, by SQL and nothing else.
At last the phones send single reports at moments spread over one round of their timers, half a
minute, which gives the time of one report.

Prints JSON lines with what was aimed for (`limit`, `ratio`: below 1 is within; for rates above 1).

    ./run bench field                       200 phones with 5 reports each
    ./run bench field --phones 50 --reports 2 --seconds 10
"""

# ruff: noqa: E402 (Django must be set up before the rooms are imported)

import argparse
import datetime as dt
import hashlib
import http.client
import json
import os
import random
import secrets
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

import django

django.setup()

import numpy as np
from django.core.management import call_command
from django.utils import timezone

from bench import boards_place as place
from bench.boards_web import HOST, Web, cpu_s
from bench.field_plain import Plain
from gis.models import Area, Level
from relief.access.acts import Role
from relief.access.gate import actor_for
from relief.access.models import Duty, User
from relief.field.models import Device, Item
from relief.incidents.models import Hazard, Incident
from relief.journal.models import Book
from relief.norms.loading import load_norms
from relief.norms.models import Norm
from relief.reports import audit
from relief.reports.indicators import NEEDED
from relief.reports.models import Report
from relief.response.actions import open_incident

TOWNSHIPS = 20
BATCH = 50
LOST = 10  # every tenth answer
ROUND_S = 30.0  # the app sends what waits at least this often
RATE_OVER_SQL, P99_MS = 0.25, 300.0


@dataclass
class Phone:
    """One phone: its token, its village, and the reports it holds."""

    token: str
    author: int
    book: int
    township: str
    village: str
    items: list[dict[str, Any]] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    calls: int = 0
    put_off: int = 0  # times the county was busy and the phone tried again

    def add(self, incident: int, count: int) -> None:
        """Reports of its village, each the next version of the one before."""
        for _ in range(count):
            before = self.items[-1] if self.items else None
            now = timezone.now().isoformat()
            item_id = str(uuid.uuid4())
            self.items.append(
                {
                    "id": item_id,
                    "book": self.book,
                    "kind": "report",
                    "author": self.author,
                    "device_seq": len(self.items) + 1,
                    "schema": 1,
                    "made_at": now,
                    "mono_ms": 1000.5,
                    "offset_seconds": 0,
                    "photos": [],
                    "body": {
                        "incident": incident,
                        "area": self.township,
                        "village": self.village,
                        "kind": "follow_up" if before else "initial",
                        "chain": before["body"]["chain"] if before else item_id,
                        "base": before["id"] if before else None,
                        "as_of": now,
                        "figures": dict.fromkeys(NEEDED, 0)
                        | {"affected_population": 10 + len(self.items)},
                        "change_note": "",
                        "narrative": "沿河低洼处进水,已转移老人和孩子。",
                        "point": [128.05, 43.05],
                        "accuracy_m": 12,
                        "scene": {"what": ["houses", "road"], "trapped": None, "wanted": ["TENT"]},
                    },
                }
            )

    @property
    def waiting(self) -> list[dict[str, Any]]:
        return [one for one in self.items if one["id"] not in self.receipts]


class Line:
    """A connection of a phone that stays open, as a browser's does."""

    def __init__(self, phone: Phone, port: int) -> None:
        self.phone, self.http = phone, http.client.HTTPConnection(HOST, port, timeout=120)

    def ask(self, method: str, path: str, content: Any) -> tuple[int, Any]:
        self.http.request(
            method,
            f"/api/v1/field/{path}",
            json.dumps(content),
            {
                "Authorization": f"Device {self.phone.token}",
                "Content-Type": "application/json",
                "Accept-Language": "zh-CN",
            },
        )
        answer = self.http.getresponse()
        return answer.status, json.loads(answer.read())

    def send_all(self, *, lose: bool) -> None:
        """In batches until everything has a receipt; some answers are lost on the way."""
        while waiting := self.phone.waiting:
            status, said = self.ask("POST", "items/batch", {"items": waiting[:BATCH]})
            self.phone.calls += 1
            if status == 503:
                self.phone.put_off += 1
                time.sleep(random.uniform(1, 3))
                continue
            if lose and self.phone.calls == 1 and self.phone.author % LOST == 0:
                continue
            for one in said["results"]:
                if one["status"] not in (200, 201):
                    raise RuntimeError(f"a report was refused: {one}")
                self.phone.receipts[one["id"]] = one["receipt"]["receipt"]

    def send_one(self) -> float:
        """Milliseconds from sending a report to its receipt."""
        (item,) = self.phone.waiting
        begun = time.monotonic()
        status, said = self.ask("PUT", f"items/{item['id']}", item)
        if status != 201:
            raise RuntimeError(f"a report was refused: {status} {said}")
        self.phone.receipts[item["id"]] = said["receipt"]
        return (time.monotonic() - begun) * 1000


def settle(count: int) -> tuple[Book, Incident, list[Phone]]:
    """A county with an incident, and officers with enrolled phones."""
    county = place.county(townships=TOWNSHIPS, villages=-(-count // TOWNSHIPS))
    top = county.parent.parent
    if not Norm.objects.filter(area=top).exists():
        load_norms(area=top)
    book, now = place.new_book(), timezone.now()
    names = [f"bench-field-{n:04}" for n in range(count + 1)]
    User.objects.bulk_create(
        (User(username=name, shown_name=name, password="!") for name in names),
        ignore_conflicts=True,
    )
    chief, *people = User.objects.filter(username__in=names).order_by("username")
    begun = now - dt.timedelta(hours=1)
    Duty.objects.create(user=chief, role=Role.COMMANDER, area=county, book=book, valid_from=begun)
    incident = open_incident(
        actor=actor_for(user=chief, book_id=book.pk, now=now),
        area_id=county.pk,
        name="基准洪水",
        name_en="Bench flood",
        hazard=Hazard.FLOOD,
        started_at=begun,
        cold_season=False,
        footprint=None,
        request_code=str(uuid.uuid4()),
        now=now,
    )
    villages = list(
        Area.objects.within(county.path)
        .filter(level=Level.VILLAGE)
        .select_related("parent")
        .order_by("code")[:count]
    )
    phones, devices, duties = [], [], []
    for person, village in zip(people, villages, strict=True):
        token = secrets.token_urlsafe(32)
        township = village.parent
        duties.append(
            Duty(
                user=person,
                role=Role.TOWNSHIP_OFFICER,
                area=township,
                book=book,
                valid_from=begun,
            )
        )
        devices.append(
            Device(
                user=person,
                token_hash=hashlib.sha256(token.encode()).hexdigest(),
                made_by=person.pk,
                made_at=begun,
                enrolled_at=begun,
                expires_at=now + dt.timedelta(days=1),
            )
        )
        phones.append(Phone(token, person.pk, book.pk, township.code, village.code))
    Duty.objects.bulk_create(duties)
    Device.objects.bulk_create(devices)
    return book, incident, phones


def all_at_once(phones: list[Phone], web: Web) -> tuple[float, float]:
    """Seconds until every phone has every receipt, and those of the web process's processor."""
    ready = threading.Barrier(len(phones) + 1)

    def sync(phone: Phone) -> None:
        line = Line(phone, web.port)
        line.http.connect()
        ready.wait()
        line.send_all(lose=True)

    with ThreadPoolExecutor(len(phones)) as pool:
        running = [pool.submit(sync, phone) for phone in phones]
        ready.wait()
        begun, used = time.monotonic(), cpu_s(*web.pids())
        for one in running:
            one.result()
        return time.monotonic() - begun, cpu_s(*web.pids()) - used


def one_each(phones: list[Phone], web: Web, *, seconds: float) -> np.ndarray:
    """Milliseconds of single reports, at chance moments of one round."""
    chance = random.Random(1)

    def send(phone: Phone, after: float) -> float:
        line = Line(phone, web.port)
        time.sleep(after)
        return line.send_one()

    with ThreadPoolExecutor(len(phones)) as pool:
        running = [pool.submit(send, one, chance.uniform(0, seconds)) for one in phones]
        return np.array([one.result() for one in running])


def judged(book: Book, phones: list[Phone]) -> dict[str, int]:
    """What was lost or doubled, after everything was sent."""
    items = dict(Item.objects.filter(book=book).values_list("id", "receipt"))
    stored = {str(key): receipt for key, receipt in items.items()}
    told = {key: receipt for phone in phones for key, receipt in phone.receipts.items()}
    sent = [item["id"] for phone in phones for item in phone.items]
    made = list(Report.objects.filter(book=book).values_list("item_id", flat=True))
    return {
        "reports": len(sent),
        "lost": len(set(sent) - set(stored)) + len(set(items) - set(made)),
        "doubled": len(made) - len(set(made)) + len(stored) - len(set(stored.values())),
        "other receipts": sum(stored.get(key) != receipt for key, receipt in told.items()),
        "findings": len(list(audit.findings(book_id=book.pk))),
    }


def aim(value: float, limit: float) -> dict[str, float]:
    return {"value": round(value, 3), "limit": limit, "ratio": round(value / limit, 3)}


def tell(**line: Any) -> None:
    print(json.dumps({"bench": "field", **line}, ensure_ascii=False), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--phones", type=int, default=200)
    parser.add_argument("--reports", type=int, default=5, help="reports on each phone")
    parser.add_argument("--seconds", type=float, default=ROUND_S, help="of one round")
    chosen = parser.parse_args()
    call_command("migrate", verbosity=0, interactive=False)
    book, incident, phones = settle(chosen.phones)
    web = Web()
    web.start()
    try:
        web.until_up()
        for phone in phones:
            phone.add(incident.pk, chosen.reports)
        seconds, used = all_at_once(phones, web)
        count = chosen.phones * chosen.reports
        plain_s = Plain(book, incident).write()
        rate, plain = count / seconds, count / plain_s
        tell(
            phones=chosen.phones,
            reports=count,
            seconds=round(seconds, 2),
            reports_per_s=round(rate, 1),
            plain_sql_per_s=round(plain, 1),
            put_off=sum(phone.put_off for phone in phones),
            web_cpu_ms_per_report=round(1000 * used / count, 2),
            aims={"reports/s over plain SQL": aim(rate / plain, RATE_OVER_SQL)},
        )
        for phone in phones:
            phone.add(incident.pk, 1)
        delays = one_each(phones, web, seconds=chosen.seconds)
        p50, p99 = (float(np.quantile(delays, share)) for share in (0.5, 0.99))
        tell(
            phones=chosen.phones,
            round_s=chosen.seconds,
            p50_ms=round(p50, 1),
            worst_ms=round(float(delays.max()), 1),
            aims={"p99_ms of one report": aim(p99, P99_MS)},
        )
    finally:
        web.end()
    found = judged(book, phones)
    wrong = sum(found[key] for key in found if key != "reports")
    tell(**found, met=wrong == 0)


if __name__ == "__main__":
    main()
