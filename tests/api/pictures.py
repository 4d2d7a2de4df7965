"""Small pictures with everything in them that must not stay."""

import io
import struct
import zlib

from PIL import ExifTags, Image

SECRET = b"Zhang San's telephone"


def picture(
    kind: str = "JPEG", *, size: tuple[int, int] = (64, 48), secrets: bool = False, turn: int = 1
) -> bytes:
    """A picture of that kind; `secrets` puts EXIF, GPS, XMP and comments into it."""
    image = Image.radial_gradient("L").resize(size).convert("RGB")
    more = {}
    if secrets or turn > 1:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = turn
        if secrets:
            exif[ExifTags.Base.Artist] = SECRET.decode()
            inner = exif.get_ifd(ExifTags.IFD.Exif)
            inner[ExifTags.Base.DateTimeOriginal] = "2026:07:15 05:12:33"
            gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
            gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLongitudeRef] = "N", "E"
            gps[ExifTags.GPS.GPSLatitude] = (43.0, 7.0, 24.24)
            gps[ExifTags.GPS.GPSLongitude] = (128.0, 54.0, 4.32)
        more["exif"] = exif
    out = io.BytesIO()
    if kind == "JPEG" and secrets:
        more |= {"comment": SECRET, "xmp": b"<x>" + SECRET + b"</x>"}
    image.save(out, kind, **more)
    data = out.getvalue()
    if secrets and kind == "PNG":
        data = _with_chunk(data, b"tEXt", b"Comment\0" + SECRET)
    if secrets:
        data += SECRET  # such as the film behind a moving photo
    return data


def png_bomb(side: int = 30_000) -> bytes:
    """A few kilobytes that claim to be, and unpack to, a picture of gigabytes."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    rows = packer.compress(b"\0" * 10_000_000) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, body) for name, body in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    )


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB").tobytes()


def orientation(data: bytes) -> int:
    with Image.open(io.BytesIO(data)) as image:
        return image.getexif().get(ExifTags.Base.Orientation, 1)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _with_chunk(png: bytes, name: bytes, body: bytes) -> bytes:
    after_header = 8 + 12 + 13
    return png[:after_header] + _chunk(name, body) + png[after_header:]
