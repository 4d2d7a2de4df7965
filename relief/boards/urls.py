"""Addresses of the boards."""

from django.urls import path

from relief.boards import views

app_name = "boards"
urlpatterns = [
    path("", views.own, name="own"),
    path("<str:view>/<str:code>/", views.board, name="board"),
    path("<str:view>/<str:code>/snapshot", views.snapshot, name="snapshot"),
    path("<str:view>/<str:code>/past", views.past, name="past"),
    path("<str:view>/<str:code>/film", views.film, name="film"),
]
