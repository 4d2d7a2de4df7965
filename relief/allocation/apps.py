from django.apps import AppConfig


class AllocationConfig(AppConfig):
    name = "relief.allocation"
    label = "allocation"
