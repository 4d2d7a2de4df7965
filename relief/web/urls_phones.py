"""Addresses of phones, of what they hand in without a network, and of their photos."""

from django.urls import URLPattern, path

from relief.web.views import phones

urlpatterns: list[URLPattern] = [
    path("devices/", phones.phones, name="devices"),
    path("devices/own/", phones.own_phone, name="device_own"),
    path("devices/new/", phones.phone_new, name="device_new"),
    path("devices/<uuid:id>/revoke/", phones.phone_revoke, name="device_revoke"),
    path("items/text/", phones.items_paste, name="items_paste"),
    path("items/file/", phones.items_file, name="items_file"),
    path("photos/<str:sha256>", phones.photo, name="photo"),
]
