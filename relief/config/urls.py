"""Every address. Pages live in relief.web, live boards in relief.live."""

from django.urls import include, path

urlpatterns = [path("", include("relief.web.urls"))]
