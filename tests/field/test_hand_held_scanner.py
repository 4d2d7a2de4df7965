"""The camera as a scanner: printed codes in poor conditions, and a camera that sees one."""

import base64
import functools
import http.server
import io
import threading
from pathlib import Path

import pytest
import segno
from django.conf import settings
from PIL import Image

from bench.scanner_frames import frames
from tests.field.test_outbox import Quiet
from tests.gis.browser import launch, playing

FRAMES, READ = 60, 0.97
TEXT = "https://relief.example/q/K000-0077-B"
READ_ALL = """async (pictures) => {
  const { readFrame } = await import("/static/field/scanner.js");
  const texts = [];
  for (const picture of pictures) {
    const bytes = Uint8Array.from(atob(picture), (one) => one.charCodeAt(0));
    const drawn = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(drawn.width, drawn.height);
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(drawn, 0, 0);
    texts.push((await readFrame(pen.getImageData(0, 0, drawn.width, drawn.height)))[0] || null);
  }
  return texts;
}"""
LOOK = """() => new Promise(async (seen) => {
  const { isOpen, openScanner } = await import("/static/field/scanner.js");
  const states = [];
  const close = await openScanner({
    onText: (text) => {
      states.push(text, isOpen());
      close();
    },
    onClose: () => seen([...states, isOpen(), document.querySelectorAll("video").length]),
  });
})"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A page beside the app's files, of a browser whose camera sees a code."""
    film = camera(tmp_path_factory.mktemp("camera") / "code.y4m")
    files = functools.partial(Quiet, directory=settings.BASE_DIR)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), files)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    seen = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    with playing() as play:
        browser = launch(play, *seen)
        page = browser.new_page(base_url=f"http://127.0.0.1:{server.server_port}")
        page.goto("/static/vendor/idb/")
        yield page
        browser.close()
    server.shutdown()
    server.server_close()


def camera(film: Path) -> Path:
    """A film of one second that shows a code."""
    file = io.BytesIO()
    segno.make(TEXT, error="m", micro=False).save(file, kind="png", scale=5, border=4)
    picture = Image.new("L", (640, 480), 150)
    picture.paste(Image.open(file).convert("L"), (200, 120))
    grey = bytes([128]) * (320 * 240 * 2)
    with film.open("wb") as out:
        out.write(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n")
        for _frame in range(10):
            out.write(b"FRAME\n" + picture.tobytes() + grey)
    return film


def test_printed_codes_are_read_askew_out_of_focus_and_in_poor_light(page):
    given = list(frames(FRAMES))
    texts = page.evaluate(READ_ALL, [base64.b64encode(png).decode() for _text, png in given])
    right = [text for (text, _png), found in zip(given, texts, strict=True) if found == text]
    wrong = [
        found
        for (text, _png), found in zip(given, texts, strict=True)
        if found is not None and found != text
    ]
    assert wrong == []
    assert len(right) >= READ * FRAMES


def test_the_camera_tells_what_it_sees_and_is_off_again_when_closed(page):
    assert page.evaluate(LOOK) == [TEXT, True, False, 0]
