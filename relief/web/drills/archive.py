"""The archive (存档) of a drill: one zip of plan, script, logs, photos and report, with a manifest.

It is written to a file on disk, piece by piece, so that it needs no more memory for many photos
than for none. The same state of a drill gives the same bytes: no moment of writing is in it.
"""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.contrib.staticfiles import finders
from django.http import FileResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation

from relief.drills import attachments
from relief.drills.models import Drill
from relief.field import photos
from relief.field.models import Photo
from relief.web.drills import archive_tables, msel, plan_paper, report_page
from relief.web.papers.sheet import Sheet

MIME = "application/zip"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
PIECE = 1 << 18  # bytes read at once


@dataclass
class Packer:
    """A zip that is being written, with what went into it and what could not be found."""

    zip: zipfile.ZipFile
    moment: tuple[int, int, int, int, int, int]
    files: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, path: str, pieces: Iterable[bytes], *, pack: bool = True) -> None:
        """One file, written as its pieces come; what is packed already is only stored."""
        about = zipfile.ZipInfo(path, self.moment)
        about.compress_type = zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED
        about.external_attr = 0o644 << 16
        about.create_system = 3
        digest, size = hashlib.sha256(), 0
        with self.zip.open(about, "w", force_zip64=True) as into:
            for piece in pieces:
                into.write(piece)
                digest.update(piece)
                size += len(piece)
        self.files.append({"path": path, "bytes": size, "sha256": digest.hexdigest()})

    def copy(self, path: str, source: Path) -> None:
        """A file from the disk; one that is not there any more is named in the manifest."""
        if not source.is_file():
            self.missing.append(path)
            return
        self.add(path, pieces_of(source), pack=False)


def write(*, drill: Drill, real: Any) -> IO[bytes]:
    """The archive of a drill that is over, as an open file from its beginning."""
    file = tempfile.TemporaryFile()
    ended = timezone.localtime(drill.ended_at or drill.prepared_at)
    with zipfile.ZipFile(file, "w") as made:
        packer = Packer(made, ended.timetuple()[:6])
        report = report_page.report_of(drill=drill, real=real)
        _papers(packer, report)
        # Tables are in the language of those who are bound to keep them.
        with translation.override("zh-hans"):
            _script(packer, report)
            for path, pieces in archive_tables.tables(report):
                packer.add(path, pieces)
        numbers = json.dumps(
            asdict(report.numbers), ensure_ascii=False, indent=1, sort_keys=True, default=str
        )
        packer.add("06-report/evaluation.json", [numbers.encode()])
        _pictures(packer, drill)
        packer.add("manifest.json", [_manifest(packer, report)])
    file.seek(0)
    return file


def _papers(packer: Packer, report: report_page.Report) -> None:
    """The work plan (工作方案) and the evaluation report, in both languages."""
    for short, language in LANGUAGES.items():
        with translation.override(language):
            for path, sheet in (
                ("01-plan/work-plan", plan_paper.sheet(report)),
                ("06-report/report", report_page.sheet(report)),
            ):
                packer.add(f"{path}.{short}.html", [page(sheet)])
                packer.add(f"{path}.{short}.pdf", [sheet.pdf()], pack=False)


def _script(packer: Packer, report: report_page.Report) -> None:
    """The scenario file as it was read, and the list of injects (MSEL, 演练脚本)."""
    drill = report.drill
    scenario = json.dumps(drill.scenario, ensure_ascii=False, indent=1, sort_keys=True)
    packer.add("01-plan/scenario.json", [scenario.encode()])
    rows = msel.rows(drill=drill, now=report.numbers.ends_at)
    packer.add("02-script/msel.xlsx", [msel.workbook(drill=drill, rows=rows)], pack=False)
    packer.add("02-script/msel.csv", [msel.text(rows=rows)])


def _pictures(packer: Packer, drill: Drill) -> None:
    """Photos of the drill under their hash, attachments under the number of their inject."""
    taken = Photo.objects.filter(book=drill.book_id, whole_at__isnull=False).order_by("sha256")
    for photo in taken.iterator():
        place, _kind = photos.file_of(photo)
        ending = "jpg" if photo.kind == "jpeg" else photo.kind
        packer.copy(f"05-pictures/photos/{photo.sha256}.{ending}", place)
    for inject in drill.injects.exclude(attachment="").order_by("number"):
        ending = inject.attachment_name.rpartition(".")[2]
        packer.copy(
            f"05-pictures/attachments/inject-{inject.number}.{ending}",
            attachments.path_of(drill_id=drill.pk, sha256=inject.attachment),
        )


def _manifest(packer: Packer, report: report_page.Report) -> bytes:
    """What is in the archive, with the SHA-256 of every file."""
    drill = report.drill
    about = {
        "drill": drill.pk,
        "title": drill.title,
        "title_en": drill.title_en,
        "area": drill.area.code,
        "state": drill.state,
        "seed": drill.seed,
        "begins_at": drill.begins_at,
        "started_at": drill.started_at,
        "ended_at": drill.ended_at,
        "files": packer.files,
        "missing": packer.missing,
    }
    return json.dumps(about, ensure_ascii=False, indent=1, default=_iso).encode()


def _iso(moment: Any) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


def page(sheet: Sheet) -> bytes:
    """A paper as one HTML file with its looks inside, for a browser or a word processor."""
    text = render_to_string("web/papers/printed.html", sheet.context)
    looks = "".join(Path(finders.find(look) or "").read_text("utf-8") for look in sheet.all_looks)
    return text.replace("</head>", f"<style>{looks}</style></head>", 1).encode()


def pieces_of(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


class Download(FileResponse):
    """A file of any size, sent piece by piece by the asynchronous server too.

    Without this Django would read all of it before the first byte leaves.
    """

    async def __aiter__(self) -> AsyncIterator[bytes]:
        file = self.file_to_stream
        if file is None:
            raise ValueError("a download needs an open file")
        read = sync_to_async(file.read, thread_sensitive=False)
        while piece := await read(PIECE):
            yield piece
