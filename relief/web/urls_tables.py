"""Addresses of tables as Excel files."""

from django.urls import URLPattern, path

from relief.web.views import tables

urlpatterns: list[URLPattern] = [
    path("tables/", tables.hub, name="tables"),
    path("tables/files/<str:token>/", tables.checked, name="table_check"),
    path("tables/files/<str:token>/marked.xlsx", tables.marked, name="table_marked"),
    path("tables/files/<str:token>/import/", tables.take_in, name="table_import"),
    path("tables/files/<str:token>/discard/", tables.discard, name="table_discard"),
    path("tables/<str:key>/", tables.table, name="table_new"),
    path("tables/<str:key>/template.xlsx", tables.template, name="table_template"),
    path("tables/<str:key>/export.xlsx", tables.export, name="table_export"),
]
