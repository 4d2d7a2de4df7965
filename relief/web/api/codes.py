"""Every refusal of the field API: its code, its status and its sentence. The code is the contract.

A sentence says what happened, whether the work is safe, and what to do now.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from relief.access import gate
from relief.drills import outages
from relief.field import devices, images, photos, rules, sms
from relief.web.api.wrong import (
    AppTooOld,
    Invalid,
    MethodWrong,
    NowhereHere,
    OtherUser,
    TooManyCodes,
    TooMuch,
    Unreadable,
)


@dataclass(frozen=True, slots=True)
class Code:
    """One refusal. `safe` says that nothing the phone holds is lost or has to be entered again."""

    key: str
    status: int
    sentence: Promise
    safe: bool = True


CODES: dict[str, Code] = {
    code.key: code
    for code in (
        Code(
            "auth.missing",
            401,
            _("This phone is not enrolled. Your work is safe on the phone; enrol it to send."),
        ),
        Code(
            "auth.expired",
            401,
            _("The enrolment has run out. Your work is safe on the phone; enrol it anew to send."),
        ),
        Code(
            "auth.revoked",
            401,
            _("The enrolment was revoked. Your work is safe on the phone; enrol it anew to send."),
        ),
        Code(
            "auth.not_allowed",
            403,
            _("None of your duties allows this. Your work is safe on the phone; ask the county."),
        ),
        Code(
            "auth.other_user",
            403,
            _("Somebody else saved this. It is safe on the phone until that person sends it."),
        ),
        Code(
            "auth.code_spent",
            409,
            _("The code was used or is too old. Your work is safe on the phone; get a new code."),
        ),
        Code(
            "auth.locked",
            429,
            _("Too many wrong codes. Your work is safe on the phone; try again in 15 minutes."),
        ),
        Code(
            "item.unknown_place",
            404,
            _("The place or event is not among yours. Your work is safe on the phone."),
        ),
        Code(
            "item.same_id_other_body",
            409,
            _("The county has another version under this number. Both are safe."),
        ),
        Code(
            "item.refused",
            422,
            _("The county could not take this. It is safe on the phone; correct it there."),
        ),
        Code(
            "photo.not_shown",
            404,
            _("What shows this photo has not come yet. The photo is safe on the phone."),
        ),
        Code(
            "photo.too_large",
            413,
            _("The photo is too large. It is safe on the phone; all else is sent."),
        ),
        Code(
            "photo.not_an_image",
            415,
            _("This file is no photo. It is safe on the phone; all else is sent."),
        ),
        Code(
            "photo.damaged",
            422,
            _("The photo was damaged on the way. It is safe on the phone and is sent again."),
        ),
        Code(
            "photo.bad_range",
            400,
            _("The photo's piece could not be placed. It is safe on the phone."),
        ),
        Code(
            "app.too_old",
            426,
            _("This app is too old to send. Your work is safe on the phone; update the app."),
        ),
        Code(
            "request.unreadable",
            400,
            _("The county could not read this. Your work is safe on the phone."),
        ),
        Code(
            "request.damaged",
            400,
            _("It was damaged on the way. Your work is safe on the phone and is sent again."),
        ),
        Code(
            "request.invalid",
            422,
            _("Something in this is not as expected. It is safe on the phone; correct it there."),
        ),
        Code(
            "request.too_large",
            413,
            _("This is too much at once. Your work is safe on the phone."),
        ),
        Code(
            "request.not_found",
            404,
            _("There is nothing at this address. Your work is safe on the phone."),
        ),
        Code(
            "request.wrong_method",
            405,
            _("This address does not take that. Your work is safe on the phone."),
        ),
        Code(
            "drill.outage",
            503,
            _("No network in this drill now. Your work is safe on the phone and is sent later."),
        ),
        Code(
            "server.busy",
            503,
            _("The county's computer is busy. Your work is safe on the phone and is sent again."),
        ),
        Code(
            "server.fault",
            500,
            _("The county's computer has a fault. Your work is safe on the phone; it tries again."),
        ),
    )
}

# The nearest class of a refusal decides; every rule that says no is a `gate.Refused`.
REFUSALS: dict[type[Exception], str] = {
    gate.Refused: "item.refused",
    gate.NotYourDuty: "auth.not_allowed",
    gate.NotFound: "item.unknown_place",
    rules.SameIdOtherBody: "item.same_id_other_body",
    rules.BytesDamaged: "request.damaged",
    sms.BadText: "request.invalid",
    outages.CutOff: "drill.outage",
    devices.NotSigned: "auth.missing",
    devices.Expired: "auth.expired",
    devices.Revoked: "auth.revoked",
    devices.CodeSpent: "auth.code_spent",
    photos.NotShown: "photo.not_shown",
    photos.TooLarge: "photo.too_large",
    photos.PhotoDamaged: "photo.damaged",
    photos.BadRange: "photo.bad_range",
    images.NotAnImage: "photo.not_an_image",
    AppTooOld: "app.too_old",
    Invalid: "request.invalid",
    MethodWrong: "request.wrong_method",
    NowhereHere: "request.not_found",
    OtherUser: "auth.other_user",
    TooManyCodes: "auth.locked",
    TooMuch: "request.too_large",
    Unreadable: "request.unreadable",
}


def code_of(refused: Exception) -> Code:
    """The catalogue's entry for a refusal, by its nearest class."""
    for kind in type(refused).__mro__:
        if kind in REFUSALS:
            return CODES[REFUSALS[kind]]
    return CODES["server.fault"]
