from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "relief.web"
    label = "web"
