"""Reading messages by their state."""

from django.db.models import Count, QuerySet

from relief.access.gate import Actor
from relief.messaging.models import Message, MessageState


def messages(*, actor: Actor, state: MessageState) -> QuerySet[Message]:
    """The messages of the person's book and areas in one state, the newest first."""
    found = Message.objects.visible_to(actor).filter(state=state)
    return found.select_related("area").defer("area__boundary").order_by("-id")


def counts(*, actor: Actor) -> dict[str, int]:
    """How many messages of each state the person sees; every state is named."""
    seen = Message.objects.visible_to(actor).values_list("state")
    return dict.fromkeys(MessageState.values, 0) | dict(seen.annotate(Count("id")))
