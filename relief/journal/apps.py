from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "relief.journal"
    label = "journal"
