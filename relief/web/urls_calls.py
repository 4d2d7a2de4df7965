"""Addresses of agreements and their calls, requisitions, and what a county ought to hold."""

from django.urls import URLPattern, path

from relief.web.views import agreements, calls, provision, requisitions

urlpatterns: list[URLPattern] = [
    path("agreements/", agreements.agreements, name="agreements"),
    path("agreements/supply/<int:id>/test/", agreements.supply_test, name="supply_test"),
    path("agreements/transport/<int:id>/test/", agreements.transport_test, name="transport_test"),
    path("agreements/calls/", calls.calls, name="calls"),
    path("agreements/calls/suppliers/<int:id>/", calls.call_supplier, name="call_supplier"),
    path("agreements/calls/carriers/<int:id>/", calls.call_carrier, name="call_carrier"),
    path("agreements/calls/<int:id>/", calls.call, name="call"),
    path("agreements/calls/<int:id>/confirm/", calls.confirm, name="call_confirm"),
    path("agreements/calls/<int:id>/refuse/", calls.refuse, name="call_refuse"),
    path("agreements/calls/<int:id>/lower/", calls.lower, name="call_lower"),
    path("agreements/calls/<int:id>/take-back/", calls.take_back, name="call_take_back"),
    path("agreements/calls/trips/<int:id>/", calls.vehicle, name="call_vehicle"),
    path("requisitions/", requisitions.requisitions, name="requisitions"),
    path("requisitions/<int:id>/return/", requisitions.give_back, name="requisition_return"),
    path("requisitions/<int:id>/compensate/", requisitions.compensate, name="requisition_pay"),
    path("store/targets/", provision.targets, name="targets"),
    path("store/rotation/", provision.rotation, name="rotation"),
    path("store/season/", provision.season, name="season"),
    path("store/season/<str:code>/<str:season>/sign/", provision.sign, name="season_sign"),
    path("store/yearly/", provision.yearly, name="yearly"),
    path("store/yearly/<str:code>/<int:year>.xlsx", provision.yearly_file, name="yearly_file"),
]
