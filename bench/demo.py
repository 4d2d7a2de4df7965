"""`./run bench demo`: from clone to page, from activation to boards, plan, sizes, queries.

Prints JSON lines, each figure with its limit and the ratio to it (below 1 is within). The clone
is made in a temporary folder with a HOME of its own; `--no-clone` leaves that part out.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")

from runlib.serving import web_command  # noqa: E402 (this folder's neighbours are found now)

BOARDS = {
    "duty": ("command", "222426000000"),
    "songjiang": ("township", "222426101000"),
    "village": ("village", ""),
    "keeper": ("warehouse", "222426000000"),
}


def tell(what: str, value: float, limit: float | None = None, **more: object) -> None:
    line: dict[str, object] = {"bench": "demo", "what": what, "value": round(value, 4)}
    if limit is not None:
        line |= {"limit": limit, "ratio": round(value / limit, 3)}
    print(json.dumps(line | more, ensure_ascii=False), flush=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str, seconds: float) -> None:
    """Wait until a page answers, at most so long."""
    import requests

    limit = time.monotonic() + seconds
    while True:
        try:
            if requests.get(url, timeout=2).status_code == 200:
                return
        except requests.RequestException:
            if time.monotonic() > limit:
                raise
        time.sleep(0.1)


def from_clone() -> None:
    """Seconds from `git clone` to the sign-in page, and again for the second start."""
    folder = Path(tempfile.mkdtemp(prefix="relief-bench-"))
    env = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "LANG": "C.UTF-8"}
    (folder / "home").mkdir()
    clone, port = folder / "relief", free_port()
    try:
        begun = time.monotonic()
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        for name, limit in (("clone to page", 120.0), ("second start to page", 10.0)):
            process = subprocess.Popen(
                ["./run", "demo", "--port", str(port)],
                cwd=clone,
                env=env,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
            try:
                answers(f"http://127.0.0.1:{port}/sign-in/", 600)
                tell(name, time.monotonic() - begun, limit)
            finally:
                process.terminate()
                process.wait(60)
            begun = time.monotonic()
    finally:
        subprocess.run(["./run", "stop"], cwd=clone, env=env, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


def fill() -> None:
    """A fresh demo county in the benchmark's own database."""
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone, translation

    from relief.setup import demo

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    call_command("migrate", verbosity=0)
    begun = time.monotonic()
    with translation.override("zh-hans"):
        demo.seed(say=lambda _text: None, now=timezone.now())
    tell("fill the demo county", time.monotonic() - begun, 30.0)


class Screen:
    """One signed-in person with one open board."""

    def __init__(self, base: str, person: str) -> None:
        import requests
        from websockets.sync.client import connect

        self.person, self.base = person, base
        self.session = requests.Session()
        self.post("/sign-in/demo/", person=person, page="/sign-in/")
        view, code = BOARDS[person]
        code = code or self._village()
        page = self.get(f"/boards/{view}/{code}/")
        self.size = len(page.content)
        stamp = json.loads(re.search(r'\{"epoch":"[^"]+","number":\d+', page.text)[0] + "}")
        self.socket = connect(
            f"{base.replace('http', 'ws')}/live/{view}/{code}/"
            f"?since={stamp['number']}&epoch={stamp['epoch']}",
            origin=base,
            additional_headers={
                "Cookie": "; ".join(f"{c.name}={c.value}" for c in self.session.cookies)
            },
            max_size=None,
        )
        self.changed_at: float | None = None

    def _village(self) -> str:
        from relief.access.models import Duty

        return Duty.objects.get(user__username="village").area.code

    def get(self, path: str):
        page = self.session.get(self.base + path, timeout=30)
        page.raise_for_status()
        return page

    def post(self, path: str, *, page: str, **data: str):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(page).text)[1]
        answer = self.session.post(
            self.base + path,
            data={"csrfmiddlewaretoken": token, **data},
            headers={"Referer": self.base + page},
            timeout=60,
        )
        answer.raise_for_status()
        return answer

    def watch(self) -> None:
        """Read frames until one carries an activation."""
        for text in self.socket:
            frame = json.loads(text)
            if any(row["t"] == "activation" for row in frame.get("rows", [])):
                self.changed_at = time.monotonic()
                return


def activation_to_boards() -> None:
    """From the commander's second click to the last of four boards, and the page's answer."""
    from relief.incidents.models import Incident
    from relief.journal.models import Entry

    incident = Incident.objects.get()
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = web_command(host="127.0.0.1", port=port)
    server = subprocess.Popen([sys.executable, *command], cwd=ROOT)
    try:
        answers(f"{base}/sign-in/", 60)
        screens = [Screen(base, person) for person in BOARDS]
        threads = [threading.Thread(target=screen.watch, daemon=True) for screen in screens]
        for thread in threads:
            thread.start()
        BOARDS["commander"] = ("command", "222426000000")
        commander = Screen(base, "commander")
        path = f"/incidents/{incident.id}/activate/"
        begun = time.monotonic()
        commander.post(path, page=path, level="2")
        answered = time.monotonic()
        for thread in threads:
            thread.join(10)
        late = [screen.person for screen in screens if screen.changed_at is None]
        if late:
            raise SystemExit(f"no activation reached: {', '.join(late)}")
        last = max(screen.changed_at or 0.0 for screen in screens)
        tell("activation click to page answered", answered - begun, 3.0)
        tell("activation click to all four boards changed", last - begun, 4.0)
        entries = Entry.objects.filter(kind="response_activated").count()
        tell("journal entries of one activation", entries)
        for screen in screens:
            tell("board page bytes", screen.size, 350_000, board=BOARDS[screen.person][0])
            screen.socket.close()
    finally:
        server.terminate()
        server.wait(20)


def plan_seconds() -> None:
    """Building the problem and solving it, as a draft does."""
    from django.utils import timezone

    from relief.allocation.problem import build
    from relief.deliveries import fleets
    from relief.incidents.models import Incident
    from relief.planner import parse, solve

    incident, now = Incident.objects.select_related("area").get(), timezone.now()
    begun = time.monotonic()
    vehicles, _numbers = fleets.ready(incident=incident, now=now)
    question = build(incident=incident, vehicles=vehicles, now=now)
    tell("plan: putting the problem together", time.monotonic() - begun, 1.0)
    begun = time.monotonic()
    proposal = solve(parse(question.data))
    tell(
        "plan: solving with trips",
        time.monotonic() - begun,
        1.0,
        demands=len(question.data["demands"]),
        lines=len(proposal.lines),
        trips=len(proposal.trips),
    )


def pages() -> None:
    """Bytes and queries of every page a person may open, by the person's own links."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from relief.access.models import User
    from relief.setup.demo_people import PEOPLE

    worst: dict[str, tuple[int, int, str]] = {}
    for person in PEOPLE:
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(
            User.objects.get(username=person.username),
            backend="django.contrib.auth.backends.ModelBackend",
        )
        seen, waiting = {"/"}, ["/"]
        shapes: dict[str, int] = {}
        while waiting:
            path = waiting.pop(0)
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(path)
            if answer.status_code != 200 or "html" not in answer["Content-Type"]:
                continue
            shape = re.sub(r"\d+|(?<=/)[A-Z0-9-]+(?=/)", "N", path.split("?")[0])
            size = len(answer.content)
            if shape not in worst or len(queries) > worst[shape][0]:
                worst[shape] = (len(queries), size, person.username)
            for link in re.findall(r'href="(/[^"#]*)"', answer.content.decode()):
                kind = re.sub(r"\d+", "N", link)
                if link in seen or link.startswith("/static/") or shapes.get(kind, 0) >= 3:
                    continue
                shapes[kind] = shapes.get(kind, 0) + 1
                seen.add(link)
                waiting.append(link)
    for shape, (queries, size, person) in sorted(worst.items()):
        tell("queries of a page", queries, 30, page=shape, person=person, bytes=size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-clone", action="store_true", help="leave out the timed clone")
    chosen = parser.parse_args()
    import django

    django.setup()
    if not chosen.no_clone:
        from_clone()
    fill()
    activation_to_boards()
    plan_seconds()
    pages()


if __name__ == "__main__":
    main()
