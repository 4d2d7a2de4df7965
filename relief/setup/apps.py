from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "relief.setup"
    label = "setup"
