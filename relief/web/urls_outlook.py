"""Addresses of the what-if page and of readiness checks."""

from django.urls import URLPattern, path

from relief.web.views import outlook

urlpatterns: list[URLPattern] = [
    path("incidents/<int:id>/what-if/", outlook.what_if, name="what_if"),
    path("readiness/", outlook.readiness, name="readiness"),
    path("readiness/<str:code>/run/", outlook.run, name="readiness_run"),
    path("readiness/<str:code>/state/", outlook.state, name="readiness_state"),
]
