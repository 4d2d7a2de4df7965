"""What the journal says of messages: that something happened, and no row to show."""

from relief.journal.models import Audience
from relief.journal.rows import Row
from relief.messaging.models import Message


def message(obj: Message) -> Row:
    """A tombstone: command reads the line in the record of events, and no board keeps a row."""
    return Row(
        table="message", id=obj.id, area=obj.area.path, audience=Audience.COMMAND, values=None
    )
