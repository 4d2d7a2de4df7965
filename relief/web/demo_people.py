"""The people of a demo database: who each is, and what to try first."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from relief.access.acts import Role


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Texts of one sign-in button."""

    role: Role
    who: str | Promise
    try_this: str | Promise


PEOPLE: dict[str, DemoPerson] = {
    "commander": DemoPerson(
        Role.COMMANDER,
        _("Commander of the county. Decides on the response level and approves plans."),
        _("Open the flood, read why level II is suggested, activate it, and approve the plan."),
    ),
    "duty": DemoPerson(
        Role.DUTY_OFFICER,
        _("Duty officer of the county emergency office. Checks figures and proposes plans."),
        _("Verify a township's report, close a road on the map, and propose the drafted plan."),
    ),
    "keeper": DemoPerson(
        Role.KEEPER,
        _("Keeper of the county relief warehouse. Loads what an order names, and nothing else."),
        _("Dispatch the first trip of an approved plan, or take a spoiled lot out of use."),
    ),
    "songjiang": DemoPerson(
        Role.TOWNSHIP_OFFICER,
        _("Officer of Songjiang Town, in the middle of the flood."),
        _("Correct the town's figures and receive a trip with a few units short."),
    ),
    "wanbao": DemoPerson(
        Role.TOWNSHIP_OFFICER,
        _("Officer of Wanbao Town. Sees this town alone."),
        _("Count the people in a shelter and confirm which villages are affected."),
    ),
    "village": DemoPerson(
        Role.VILLAGE_OFFICER,
        _("Information officer of one village in Songjiang Town."),
        _("Confirm how many households of the village are affected."),
    ),
    "auditor": DemoPerson(
        Role.AUDITOR,
        _("Auditor. Sees everything in the county and changes nothing."),
        _("Follow one number from the board to the report it rests on; read the journal."),
    ),
}
