"""Looking at a photo's bytes: what it is, where and when it was taken, and freeing it of the rest.

Metadata are removed without decoding the picture: whole segments (JPEG) and chunks (PNG, WebP) are
left out, so every pixel stays as it was sent. A turned picture keeps its orientation and no more.
"""

import datetime as dt
import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageFile, ImageOps, UnidentifiedImageError

from relief.access.gate import Refused

KINDS = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "WEBP": "webp"}
# JPEG is made smaller while it is decoded; the others are decoded whole, at 4 bytes a pixel.
MOST_PIXELS = {"jpeg": 120_000_000, "png": 24_000_000, "webp": 24_000_000}
THUMBNAIL = 320  # pixels, long side
_ORIENTATION = int(ExifTags.Base.Orientation)


class NotAnImage(Refused):
    """The bytes are no whole JPEG, PNG or WebP picture of a bearable size."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What was found out about a photo."""

    kind: str
    width: int
    height: int
    taken_at: dt.datetime | None
    point: tuple[float, float] | None  # longitude, latitude, WGS-84
    clean: bytes
    thumbnail: bytes  # JPEG


def look(data: bytes, *, zone: dt.tzinfo) -> Picture:
    """Read, check and clean a photo. Raises NotAnImage.

    The camera writes local time without a zone: `zone` is the county's.
    """
    try:
        return _look(data, zone=zone)
    except (
        *(UnidentifiedImageError, Image.DecompressionBombError),
        *(OSError, SyntaxError, ValueError, struct.error, zlib.error, MemoryError, EOFError),
        *(IndexError, KeyError, OverflowError, TypeError, ZeroDivisionError),
    ) as wrong:
        # Pillow's readers of broken files raise nearly anything; all of it means the same here.
        raise _refusal() from wrong


def _look(data: bytes, *, zone: dt.tzinfo) -> Picture:
    # What makes PDFs turns this on for the whole process once it is imported.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as image:
        kind = KINDS[image.format or ""]
        width, height = image.size
        # Before a single pixel is decoded.
        if width * height > MOST_PIXELS[kind]:
            raise _refusal()
        exif = image.getexif()
        orientation = exif.get(_ORIENTATION, 1)
        taken_at, point = _taken_at(exif, zone=zone), _point(exif)
        if kind == "jpeg":
            image.draft("RGB", (2 * THUMBNAIL, 2 * THUMBNAIL))
        image.load()
        small = ImageOps.exif_transpose(image).convert("RGB")
        small.thumbnail((THUMBNAIL, THUMBNAIL))
        out = io.BytesIO()
        small.save(out, "JPEG", quality=75)
    turn = orientation if isinstance(orientation, int) and 2 <= orientation <= 8 else 1
    clean = {"jpeg": _clean_jpeg, "png": _clean_png, "webp": _clean_webp}[kind](data, turn)
    return Picture(kind, width, height, taken_at, point, clean, out.getvalue())


def _refusal() -> NotAnImage:
    return NotAnImage(
        _("A whole JPEG, PNG or WebP picture is expected; what came is none, or far too large.")
    )


def _taken_at(exif: Image.Exif, *, zone: dt.tzinfo) -> dt.datetime | None:
    """When the picture was taken, if the camera wrote a time that can be."""
    try:
        inner = exif.get_ifd(ExifTags.IFD.Exif)
        text = inner.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
        return dt.datetime.strptime(str(text)[:19], "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
    except (ValueError, KeyError, TypeError, SyntaxError, struct.error):
        return None  # no time, or nonsense: the photo is as good without


def _point(exif: Image.Exif) -> tuple[float, float] | None:
    """Where it was taken, if the camera wrote a place that can be."""
    try:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        latitude = _degrees(gps[ExifTags.GPS.GPSLatitude])
        longitude = _degrees(gps[ExifTags.GPS.GPSLongitude])
        if gps.get(ExifTags.GPS.GPSLatitudeRef) == "S":
            latitude = -latitude
        if gps.get(ExifTags.GPS.GPSLongitudeRef) == "W":
            longitude = -longitude
    except (ValueError, KeyError, TypeError, SyntaxError, ZeroDivisionError, struct.error):
        return None  # no place, or nonsense: the photo is as good without
    known = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0, 0)
    return (longitude, latitude) if known else None


def _degrees(parts: tuple) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


def _turned(turn: int) -> bytes:
    """A TIFF directory that holds the orientation alone."""
    entry = struct.pack("<HHIHH", _ORIENTATION, 3, 1, turn, 0)
    return b"II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)


def _clean_jpeg(data: bytes, turn: int) -> bytes:
    """The picture's own segments: no EXIF, XMP, IPTC, comments, second pictures or what follows."""
    out = [b"\xff\xd8"]
    if turn > 1:
        body = b"Exif\0\0" + _turned(turn)
        out.append(b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body)
    at = 2
    while True:
        if data[at] != 0xFF:
            raise ValueError("no marker where one is expected")
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker == 0xD9:
            out.append(b"\xff\xd9")
            return b"".join(out)
        (length,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(data):
            raise ValueError("a segment is longer than the file")
        if _belongs(marker, data[at + 4 : end]):
            out.append(data[at:end])
        at = end
        if marker == 0xDA:  # the pixels: up to the next marker that is neither stuffing nor restart
            begun = at
            while True:
                at = data.index(b"\xff", at)
                follows = data[at + 1]
                if follows and not 0xD0 <= follows <= 0xD7:
                    break
                at += 1 if follows == 0xFF else 2
            out.append(data[begun:at])


def _belongs(marker: int, body: bytes) -> bool:
    """JFIF, the colour profile and Adobe's colour transform change how pixels look; keep them."""
    if marker == 0xE2:
        return body.startswith(b"ICC_PROFILE\0")
    return marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


_PNG_KEPT = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT")
)


def _clean_png(data: bytes, turn: int) -> bytes:
    out = [data[:8]]
    at = 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data):
            raise ValueError("a chunk is longer than the file")
        if name in _PNG_KEPT:
            out.append(data[at:end])
        if name == b"IHDR" and turn > 1:
            body = b"eXIf" + _turned(turn)
            out.append(
                struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
            )
        at = end
        if name == b"IEND":
            return b"".join(out)
    raise ValueError("the picture has no end")


_HAS_EXIF, _HAS_XMP = 0x08, 0x04


def _clean_webp(data: bytes, turn: int) -> bytes:
    kept = []
    for name, chunk in _riff(data):
        if name == b"VP8X":
            flags = chunk[8] & ~(_HAS_EXIF | _HAS_XMP) | (_HAS_EXIF if turn > 1 else 0)
            kept.append(chunk[:8] + bytes([flags]) + chunk[9:])
        elif name in (b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"ANIM", b"ANMF"):
            kept.append(chunk)
    if turn > 1:
        body = _turned(turn)
        kept.append(b"EXIF" + struct.pack("<I", len(body)) + body)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    (length,) = struct.unpack_from("<I", data, 4)
    at, whole = 12, min(len(data), length + 8)
    while at + 8 <= whole:
        (size,) = struct.unpack_from("<I", data, at + 4)
        end = at + 8 + size + size % 2
        if at + 8 + size > len(data):
            raise ValueError("a chunk is longer than the file")
        yield data[at : at + 4], data[at:end].ljust(8 + size + size % 2, b"\0")
        at = end
