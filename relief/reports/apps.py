from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "relief.reports"
    label = "reports"
