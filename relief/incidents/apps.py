from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "relief.incidents"
    label = "incidents"
