from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "relief.access"
    label = "access"
