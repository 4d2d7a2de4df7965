from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "relief.catalog"
    label = "catalog"
