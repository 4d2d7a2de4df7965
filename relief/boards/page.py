"""What the pages of boards have in common."""

from django.utils.safestring import SafeString, mark_safe


def in_script(text: str) -> SafeString:
    """JSON that may stand in a script element, whatever names it carries."""
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(text)  # noqa: S308 - the signs that could end the element are gone


def number(text: str) -> int | None:
    """A whole number as an address or a hidden field says it; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
