"""What boards are told of screens and passkeys: that something happened, and no row to show."""

from relief.access.models import Passkey, ScreenPass
from relief.journal.models import Audience
from relief.journal.rows import Row


def screen(obj: ScreenPass) -> Row:
    """A tombstone: command reads the line in the record of events, and no board keeps a row."""
    return Row(
        table="screen", id=obj.id, area=obj.area.path, audience=Audience.COMMAND, values=None
    )


def passkey(obj: Passkey, *, path: str) -> Row:
    """A tombstone likewise: whose way in has changed is the county's to know."""
    return Row(table="passkey", id=obj.id, area=path, audience=Audience.COMMAND, values=None)
