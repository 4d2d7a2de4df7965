from django.apps import AppConfig


class BoardsConfig(AppConfig):
    name = "relief.boards"
    label = "boards"
