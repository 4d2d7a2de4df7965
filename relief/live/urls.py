"""Addresses of the live feed; the sockets' own are in `application.py`."""

from django.urls import path

from relief.live import views

app_name = "live"
urlpatterns = [path("<str:view>/<str:code>/events", views.events, name="events")]
