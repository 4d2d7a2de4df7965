"""Addresses of plans, needs, orders, trips, stock and road closures."""

from django.urls import URLPattern, path

from relief.web.views import (
    by_phone,
    closures,
    issuing,
    needs,
    plan_runs,
    plans,
    sheets,
    stock,
    trips,
)

urlpatterns: list[URLPattern] = [
    path("incidents/<int:id>/plan/", plans.of_incident, name="incident_plan"),
    path("incidents/<int:id>/plan/draft/", plans.draft, name="plan_draft"),
    path("plans/<int:id>/", plans.plan, name="plan"),
    path("plans/<int:id>/propose/", plans.propose, name="plan_propose"),
    path("plans/<int:id>/approve/", plans.approve, name="plan_approve"),
    path("plans/<int:id>/refuse/", plans.refuse, name="plan_refuse"),
    path("plans/<int:id>/line/<int:position>/", plans.line, name="plan_line"),
    path("plans/<int:id>/need/<int:need>/", plans.need, name="plan_need"),
    path("plans/<int:id>/sheets/", sheets.sheets, name="plan_sheets"),
    path("plans/<int:id>/sheets/<int:fleet>/<int:vehicle>/", sheets.sheets, name="plan_sheet"),
    path("plans/runs/<int:id>/", plan_runs.run, name="plan_run"),
    path("plans/runs/<int:id>/state/", plan_runs.state, name="plan_run_state"),
    path("plans/runs/<int:id>/cancel/", plan_runs.cancel, name="plan_run_cancel"),
    path("needs/<int:id>/", needs.matrix, name="needs"),
    path("needs/<int:id>/<str:code>/<str:item>/", needs.cell, name="need"),
    path("orders/", trips.orders, name="orders"),
    path("orders/<int:id>/", by_phone.order, name="order"),
    path("orders/<int:id>/paper/", by_phone.paper, name="order_paper"),
    path("telephone-orders/new/", by_phone.new, name="telephone_order_new"),
    path("trips/", trips.trips, name="trips"),
    path("trips/<int:id>/", issuing.trip, name="trip"),
    path("trips/<int:id>/pick/", issuing.pick, name="trip_pick"),
    path("trips/<int:id>/unpick/", issuing.unpick, name="trip_unpick"),
    path("trips/<int:id>/check/", issuing.check, name="trip_check"),
    path("trips/<int:id>/dispatch/", issuing.dispatch, name="trip_dispatch"),
    path("trips/<int:trip>/receive/<int:id>/", trips.receive, name="stop_receive"),
    path("checks/", trips.checks, name="checks"),
    path("checks/<int:id>/settle/", trips.settle, name="check_settle"),
    path("stock/", stock.stock, name="stock"),
    path("incidents/<int:id>/closures/new/", closures.new, name="closure_new"),
    path("closures/<int:id>/reopen/", closures.reopen, name="closure_reopen"),
]
