from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "relief.ledger"
    label = "ledger"
