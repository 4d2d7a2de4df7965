"""Contact with townships from which no report comes (失联乡镇联系)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from relief.access.acts import Act
from relief.access.models import User
from relief.response import contacts as actions
from relief.web.desk import rollup
from relief.web.forms.contacts import ContactForm
from relief.web.forms.sheet import request_key
from relief.web.views.incidents import one


@require_http_methods(["GET", "POST"])
def contacts(request: HttpRequest, id: int) -> HttpResponse:
    """What is known of each silent township, and one contact more."""
    actor, now = request.actor, request.now  # type: ignore[attr-defined]
    incident = one(request, id)
    lines = rollup.of_incident(actor=actor, incident=incident).townships
    towns = [line.area for line in sorted(lines, key=lambda line: not line.silent)]
    form = ContactForm(request.POST or None, towns=towns, now=now)
    if request.method == "POST" and form.is_valid():
        key, given = request_key(request), form.given()
        form.try_to(actions.record_contact, request, incident_id=id, given=given, request_key=key)
        if form.refused is None:
            messages.success(request, _("The contact is written down."))
            return redirect("web:contacts", id)
    known = actions.contacts_of(incident=incident)
    places = {area.path: area for area in towns}
    people = User.objects.in_bulk({contact.noted_by for contact in known if contact.noted_by})
    reached = {contact.area for contact in known}
    context = {
        "incident": incident,
        "may": actor.may(Act.VERIFY_REPORT, path=incident.area.path),
        "form": form,
        "contacts": [
            (contact, places[contact.area], people.get(contact.noted_by or 0))
            for contact in known
            if contact.area in places
        ],
        "unheard": [line for line in lines if line.silent and line.area.path not in reached],
    }
    return render(request, "web/desk/contacts.html", context)
