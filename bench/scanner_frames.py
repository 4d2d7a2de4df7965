"""What a camera sees of a printed code: 640 × 480 pixels, held askew, out of focus, in poor light.

Each frame shows one QR code of an address of ours as the scanner gets it. A code of 25 mm at 20 cm
is some 120 pixels wide in the middle of a picture of 1280 × 960, and with its white margin 155. The
same seed gives the same frames.
"""

import io
import math
import random
from collections.abc import Iterator

import numpy as np
import segno
from PIL import Image, ImageFilter

from relief.catalog import tags

WIDTH, HEIGHT = 640, 480
# Pixels of the label's side, degrees of tilt and turn, focus, light and noise of a hand in a hall.
SIDE = (150, 240)
TILT, TURN = 40.0, 180.0
BLUR = (0.3, 1.3)
LIGHT = (0.25, 1.0)
NOISE = (3.0, 14.0)
# A camera at arm's length sees a tilted label about so much smaller at its far end.
DISTANCE = 8.0


def frames(count: int, *, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """So many frames: what the code says, and the picture as PNG."""
    chance = random.Random(seed)
    for _number in range(count):
        kind = chance.choice(sorted(tags.LETTERS))
        text = f"https://relief.example/q/{tags.write(kind=kind, id=chance.randrange(2**24))}"
        yield text, _png(_seen(text, chance))


def _seen(text: str, chance: random.Random) -> Image.Image:
    """The label in front of the camera."""
    file = io.BytesIO()
    segno.make(text, error="m", micro=False).save(file, kind="png", scale=8, border=4)
    label = Image.open(file).convert("L")
    ground = Image.new("L", (WIDTH, HEIGHT), chance.randrange(60, 200))
    corners = _corners(chance)
    shape = _perspective(corners, label.size)
    how = {"resample": Image.Resampling.BICUBIC}
    turned = label.transform(ground.size, Image.Transform.PERSPECTIVE, shape, **how)
    mask = Image.new("L", label.size, 255).transform(
        ground.size, Image.Transform.PERSPECTIVE, shape, **how
    )
    ground.paste(turned, mask=mask)
    focus = ImageFilter.GaussianBlur(chance.uniform(*BLUR))
    return _in_poor_light(ground.filter(focus), chance)


def _corners(chance: random.Random) -> list[tuple[float, float]]:
    """Where the four corners of the tilted label are seen."""
    side = chance.uniform(*SIDE)
    turn = math.radians(chance.uniform(-TURN, TURN))
    across, along = (math.radians(chance.uniform(-TILT, TILT)) for _axis in range(2))
    # The middle of the label: near the middle of the picture, wholly within it.
    x0, y0 = (half + chance.uniform(-60, 60) for half in (WIDTH / 2, HEIGHT / 2))
    found = []
    for x, y in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        x, y = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
        depth = DISTANCE + x * math.sin(across) + y * math.sin(along)
        scale = side * DISTANCE / depth
        found.append((x0 + x * math.cos(across) * scale, y0 + y * math.cos(along) * scale))
    return found


def _perspective(corners: list[tuple[float, float]], size: tuple[int, int]) -> list[float]:
    """The eight numbers that take a point of the picture to its point on the label."""
    wide, high = size
    rows, known = [], []
    ends = ((0, 0), (wide, 0), (wide, high), (0, high))
    for (x, y), (u, v) in zip(corners, ends, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        known += [u, v]
    return [float(one) for one in np.linalg.solve(np.array(rows, float), np.array(known, float))]


def _in_poor_light(picture: Image.Image, chance: random.Random) -> Image.Image:
    grey = np.asarray(picture, dtype=float) * chance.uniform(*LIGHT)
    noise = np.random.default_rng(chance.randrange(2**32))
    grey += noise.normal(0.0, chance.uniform(*NOISE), grey.shape)
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8), mode="L")


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, format="PNG", compress_level=1)
    return file.getvalue()
