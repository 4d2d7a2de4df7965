from django.apps import AppConfig


class HouseholdsConfig(AppConfig):
    name = "relief.households"
    label = "households"
