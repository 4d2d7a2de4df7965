from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "relief.jobs"
    label = "jobs"
