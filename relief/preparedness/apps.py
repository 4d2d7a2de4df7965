from django.apps import AppConfig


class PreparednessConfig(AppConfig):
    name = "relief.preparedness"
    label = "preparedness"
