"""The link and the QR that carry an enrolment code to a phone."""

import segno

# The code stands behind the hash: no server on the way writes it into its log.
FRAGMENT = "#enrol="


def link_of(*, origin: str, code: str) -> str:
    """Where a phone opens the field app with its code."""
    return f"{origin}/f/{FRAGMENT}{code}"


def qr_of(link: str) -> str:
    """The link as a QR image, to stand in `src`."""
    return str(segno.make(link, error="m").svg_data_uri(scale=6, border=3))
