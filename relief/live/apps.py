from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "relief.live"
    label = "live"
