from django.apps import AppConfig


class NormsConfig(AppConfig):
    name = "relief.norms"
    label = "norms"
