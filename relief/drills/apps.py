from django.apps import AppConfig


class DrillsConfig(AppConfig):
    name = "relief.drills"
    label = "drills"
