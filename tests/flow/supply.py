"""Stock, an agreement and lorries for Harbour, so that a plan has something to plan with."""

import datetime as dt

from django.contrib.gis.geos import Point

from relief.deliveries.models import Fleet, TransportAgreement
from tests import world as named


def lorries(world: named.World, *, count: int = 2, kg: int = 3_000, valid_days: int = 300) -> Fleet:
    """`count` equal lorries standing ten minutes from ready beside Quay."""
    bureau = TransportAgreement.objects.create(
        number=f"YS-{TransportAgreement.objects.count() + 1}",
        area=world.county,
        name="交通运输局",
        name_en="Transport Bureau",
        point=Point(128.02, 43.05, srid=4326),
        valid_from=named.TODAY - dt.timedelta(days=60),
        valid_to=named.TODAY + dt.timedelta(days=valid_days),
        contact="调度",
        phone="0433-0000001",
    )
    return Fleet.objects.create(
        agreement=bureau,
        name="货车",
        name_en="lorry",
        count=count,
        kg=kg,
        litres=16_000,
        speed_percent=100,
        mobilisation_minutes=10,
        cost_km_fen=400,
    )


def fill(world: named.World) -> None:
    """Some quilts, tents, rice and water in Quay and on call, and two lorries."""
    named.stock(world, "QUILT", 120, batch="Q-2019", expires_on=dt.date(2027, 6, 1))
    named.stock(world, "QUILT", 60, batch="Q-2023", expires_on=dt.date(2031, 6, 1))
    named.stock(world, "TENT-12S", 20, batch="T-1")
    named.stock(world, "RICE", 10, batch="R-1", expires_on=dt.date(2026, 12, 1))
    named.stock(world, "WATB", 30, batch="W-1", depot=world.hill_point)
    named.agreement(world, "WATB", 200)
    named.agreement(world, "RICE", 40)
    lorries(world)
