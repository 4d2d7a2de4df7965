from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    name = "relief.warehouse"
    label = "warehouse"
