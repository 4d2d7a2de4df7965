from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "relief.calls"
    label = "calls"
