"""Addresses of response plans, the register of drills, and messages to telephones."""

from django.urls import URLPattern, path

from relief.web.views import cap, messages, register

urlpatterns: list[URLPattern] = [
    path("incidents/<int:id>/alerts/<int:number>.xml", cap.alert, name="cap_alert"),
    path("response-plans/", register.plans, name="response_plans"),
    path("response-plans/new/", register.plan_new, name="response_plan_new"),
    path("response-plans/<int:id>/", register.plan, name="response_plan"),
    path("response-plans/<int:id>/revise/", register.plan_revise, name="response_plan_revise"),
    path("response-plans/<int:id>/text.pdf", register.plan_text, name="response_plan_text"),
    path("drills/register/", register.drills_due, name="drills_due"),
    path("drills/register/<int:year>/", register.drills_year, name="drills_year"),
    path("drills/register/<int:year>/plan/", register.drills_year_plan, name="drills_year_plan"),
    path("drills/register/<int:year>/book.xlsx", register.drills_file, name="drills_year_file"),
    path("drills/register/undo/<int:id>/", register.drill_entry_undo, name="drill_entry_undo"),
    path("messages/", messages.messages_page, name="messages"),
    path("messages/<int:id>/", messages.message, name="message"),
]
