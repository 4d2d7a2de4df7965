"""Reads about areas that other rooms need."""

from django.contrib.gis.geos import Point

from gis.models import Area, AreaQuerySet


def areas_containing(*, lon: float, lat: float) -> AreaQuerySet:
    """Areas whose boundary holds the point, the smallest last; areas without one never do."""
    return Area.objects.filter(boundary__covers=Point(lon, lat, srid=4326)).order_by("level")
