"""The pages a person may open, in the order of a working day."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relief.access.gate import Actor
from relief.web.acts import rule_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation."""

    name: str
    url: str
    label: str
    icon: str
    here: bool
    rare: bool


OFTEN = [
    ("web:home", _("Start"), "home"),
    ("web:incidents", _("Incidents"), "incident"),
    ("web:desk", _("Desk"), "task"),
    ("boards:own", _("Board"), "board"),
    ("web:map", _("Map"), "map"),
    ("web:trips", _("Trips"), "truck"),
    ("web:store", _("Store"), "box"),
    ("web:shelters", _("Shelters"), "shelter"),
    ("web:field", _("Field app"), "phone"),
]
# Behind “More”: what is opened now and then, not in the middle of a night.
RARE = [
    ("web:drills", _("Drills"), "play"),
    ("web:response_plans", _("Plans and register"), "book"),
    ("web:readiness", _("Readiness"), "check"),
    ("web:messages", _("Messages"), "phone"),
    ("web:devices", _("Phones"), "phone"),
    ("web:passkeys", _("Passkeys"), "key"),
    ("web:norms", _("Norms"), "scale"),
    ("web:journal", _("Journal"), "journal"),
]


def entries(*, actor: Actor, path: str) -> list[Entry]:
    """Only what the person may open; the entry whose address starts the path is marked."""
    shown = []
    for name, label, icon in OFTEN + RARE:
        rule = rule_of(name)
        if rule.read and not any(actor.paths(act) for act in rule.read):
            continue
        if actor.is_screen and not rule.screens:
            continue
        url = reverse(name)
        here = path == url or (url != "/" and path.startswith(url))
        rare = (name, label, icon) in RARE
        shown.append(Entry(name, url, str(label), icon, here, rare))
    return shown
