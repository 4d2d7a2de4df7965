from django.apps import AppConfig


class ResponseConfig(AppConfig):
    name = "relief.response"
    label = "response"
