from django.apps import AppConfig


class OutlookConfig(AppConfig):
    name = "relief.outlook"
    label = "outlook"
