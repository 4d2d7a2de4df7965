from django.apps import AppConfig


class AidConfig(AppConfig):
    name = "relief.aid"
    label = "aid"
