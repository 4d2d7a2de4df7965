"""A township officer's phone, and a county in the middle of a response."""

import pytest
from django.utils import timezone

from relief.deliveries.models import Trip
from tests import world as named
from tests.field_app.phone import switch_on
from tests.flow import scenes
from tests.gis.browser import playing
from tests.live.sockets import running

WILLOW = (128.025, 43.05)


@pytest.fixture
def phone(transactional_db, settings, tmp_path):
    """New, in Willow."""
    settings.FILES = tmp_path / "files"
    with running() as web, playing() as play:
        phone = switch_on(play, base=f"http://127.0.0.1:{web.port}", at=WILLOW)
        yield phone
        phone.context.close()


@pytest.fixture
def emeka(phone):
    """Northbank's officer has enrolled; Northbank and Southbank have reported before."""
    scenes.reported(named.build(), fill=False)
    phone.enrol(username="emeka", now=timezone.now())
    return phone


@pytest.fixture
def on_the_road(phone):
    """Emeka again, once the response runs and a vehicle is on its way to Northbank."""
    scene = scenes.approved(named.build())
    trip = Trip.objects.filter(stops__area__name_en="Northbank").earliest("leaves_at", "id")
    scenes.send(scene, trip)
    phone.enrol(username="emeka", now=timezone.now())
    return phone
