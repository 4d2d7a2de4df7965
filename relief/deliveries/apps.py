from django.apps import AppConfig


class DeliveriesConfig(AppConfig):
    name = "relief.deliveries"
    label = "deliveries"
