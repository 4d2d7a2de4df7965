from django.apps import AppConfig


class StockConfig(AppConfig):
    name = "relief.stock"
    label = "stock"
