"""What boards show of screen passes."""

from relief.access.models import ScreenPass
from relief.journal.models import Audience
from relief.journal.rows import Row, Table


def screen(obj: ScreenPass) -> Row:
    """Who was let in and when that ends; nothing of the link."""
    return Row(
        table="screen",
        id=obj.id,
        area=obj.area.path,
        audience=Audience.COMMAND,
        values={
            "name": obj.name,
            "view": obj.view,
            "valid_to": obj.valid_to,
            "opened_at": obj.opened_at,
            "ended_at": obj.ended_at,
        },
    )


TABLES = [
    Table(
        name="screen",
        audience=Audience.COMMAND,
        find=lambda book_id: ScreenPass.objects.filter(book_id=book_id).select_related("area"),
        one=screen,
    )
]
