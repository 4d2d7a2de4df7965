"""Signing the readiness check before a season (汛前/入冬准备检查)."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from gis.models import Area
from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor
from relief.calls import rows
from relief.calls.models import SeasonCheck
from relief.calls.rules import Season
from relief.journal import log


class AlreadySigned(gate.Refused):
    """The check of that season was signed before; what it saw stays as it was."""


class UnknownSeason(gate.Refused):
    """A check is made before the flood season or before winter."""


@transaction.atomic(durable=True)
def sign_season(
    *,
    actor: Actor,
    area_id: int,
    season: str,
    year: int,
    figures: list[dict[str, Any]],
    note: str,
    now: dt.datetime,
) -> SeasonCheck:
    """Sign the check of one season, once, with the figures the person saw (签字留存).

    `figures` holds one entry for each point that was checked, in plain values.
    """
    area = Area.objects.select_for_update(of=("self",)).filter(id=area_id).first()
    if area is None:
        raise gate.NotFound
    gate.require(actor=actor, act=Act.APPROVE_STOCK, area=area, book_id=actor.book_id)
    if season not in tuple(Season):
        raise UnknownSeason(
            _("A check is made for flood or winter, not for “%(got)s”.") % {"got": season}
        )
    signed = SeasonCheck.objects.filter(
        book_id=actor.book_id, area=area, season=season, year=year
    ).first()
    if signed is not None:
        raise AlreadySigned(
            _("This check was already signed on %(day)s; it stays as it was.")
            % {"day": f"{signed.signed_at:%Y-%m-%d}"}
        )
    made = SeasonCheck.objects.create(
        book_id=actor.book_id,
        area=area,
        season=season,
        year=year,
        figures=figures,
        signed_at=now,
        signed_by=actor.user_id,
        note=note.strip()[:200],
    )
    log.record(
        book=made.book_id,
        kind="season_signed",
        rows=[rows.only_told(table="season_check", id=made.id, area=area)],
        actor=actor.user_id,
        now=now,
        facts={
            "season": season,
            "year": year,
            "open": sum(not one["ok"] for one in figures),
        },
    )
    return made
