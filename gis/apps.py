from django.apps import AppConfig


class GeographyConfig(AppConfig):
    name = "gis"
    label = "geography"  # `gis` is Django's own label
