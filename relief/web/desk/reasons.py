"""Why the county returns a report (驳回原因)."""

from django.utils.translation import gettext_lazy as _

REASONS = {
    "contradicts": _("the figures contradict each other"),  # 数据矛盾
    "unit": _("the unit looks wrong"),  # 单位有误
    "place": _("the place is wrong"),  # 地点有误
    "twice": _("reported twice"),  # 重复上报
    "incomplete": _("something is missing"),  # 内容不全
    "other": _("another reason"),  # 其他
}
LIMIT = 200  # characters a report keeps of the reason


def note(*, reason: str, text: str) -> str:
    """The reason as the sender reads it: the one chosen, then what was typed."""
    chosen = str(REASONS[reason]) if reason in REASONS and reason != "other" else ""
    return _joined(chosen, text.strip())[:LIMIT]


def _joined(*parts: str) -> str:
    return ": ".join(part for part in parts if part)
