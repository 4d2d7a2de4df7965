from django.apps import AppConfig


class NeedsConfig(AppConfig):
    name = "relief.needs"
    label = "needs"
