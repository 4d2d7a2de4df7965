"""Forms of injects: rewording one that waits (改写), and adding one on the spot (临时加)."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from relief.access.models import User
from relief.drills import attachments, injects
from relief.drills.models import Drill, Inject, InjectWay
from relief.web.forms.sheet import Sheet, whole_number
from relief.web.templatetags.shown import person

NOW, LATER, BY_HAND = "now", "later", "hand"


class WordsForm(Sheet):
    """What an inject says, what should follow by when, who watches it, and its file."""

    text = forms.CharField(
        label=_("Text in Chinese"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    text_en = forms.CharField(
        label=_("Text in English"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    expected = forms.CharField(
        label=_("Expected action, in Chinese"),
        help_text=_("Players never see it."),
        max_length=200,
        required=False,
    )
    expected_en = forms.CharField(
        label=_("Expected action, in English"), max_length=240, required=False
    )
    deadline_minutes = whole_number(
        label=_("Within how many minutes, drill time"),
        help_text=_("Counted from the moment it is sent. Empty: by no time."),
        required=False,
    )
    objective = forms.ChoiceField(label=_("Objective"), required=False)
    evaluator = forms.ChoiceField(label=_("Evaluator"), required=False)
    attachment = forms.FileField(
        label=_("Picture or PDF"),
        help_text=_("JPEG, PNG or PDF of 10 MB at most. The seat sees it with the text."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )

    def __init__(self, *args: Any, drill: Drill, people: Sequence[User], **more: Any) -> None:
        super().__init__(*args, **more)
        self.drill = drill
        objectives = [(str(one.pk), str(one)) for one in drill.objectives.order_by("id")]
        self._choose("objective", objectives, _("none"))
        self._choose("evaluator", [(str(one.pk), person(one)) for one in people], self.no_evaluator)

    @property
    def no_evaluator(self) -> Any:
        return _("as for its objective")

    def _choose(self, name: str, choices: list[tuple[str, Any]], empty: Any) -> None:
        self.fields[name].choices = [("", empty), *choices]  # type: ignore[attr-defined]

    def words(self) -> injects.Words:
        typed = self.cleaned_data
        return injects.Words(
            text=typed["text"],
            text_en=typed["text_en"],
            expected=typed["expected"],
            expected_en=typed["expected_en"],
            deadline_minutes=typed["deadline_minutes"],
            objective_id=int(typed["objective"]) if typed["objective"] else None,
        )

    def evaluator_id(self) -> int | None:
        typed = self.cleaned_data["evaluator"]
        return int(typed) if typed else None

    def kept(self) -> attachments.Kept | None:
        """The file, written to the drill's folder. Raises BadAttachment."""
        file = self.cleaned_data["attachment"]
        if not file:
            return None
        return attachments.keep(drill_id=self.drill.pk, name=file.name, data=file.read())


class RewordForm(WordsForm):
    """An inject that waits, as it stands now."""

    def __init__(self, *args: Any, inject: Inject, **more: Any) -> None:
        keys = ("text", "text_en", "expected", "expected_en", "deadline_minutes")
        stands = {key: getattr(inject, key) for key in keys}
        stands |= {"objective": inject.objective_id or "", "evaluator": inject.evaluator_id or ""}
        super().__init__(*args, initial=stands, **more)


class AddForm(WordsForm):
    """A new inject: whom it tells, who says it and how, and when."""

    seat = forms.ChoiceField(label=_("To whom"))
    sender = forms.CharField(label=_("Who says it"), max_length=80)
    way = forms.ChoiceField(label=_("How"), choices=InjectWay.choices)
    moment = forms.ChoiceField(
        label=_("When"),
        choices=[
            (NOW, _("at once")),
            (LATER, _("in so many minutes, drill time")),
            (BY_HAND, _("by hand")),
        ],
        widget=forms.RadioSelect,
        initial=NOW,
    )
    in_minutes = whole_number(label=_("In how many minutes, drill time"), required=False)

    def __init__(self, *args: Any, drill: Drill, **more: Any) -> None:
        super().__init__(*args, drill=drill, initial={"way": InjectWay.PHONE}, **more)
        seats = drill.seats.select_related("area").defer("area__boundary").order_by("id")
        self._choose("seat", [(str(one.pk), f"{one} · {one.area}") for one in seats], _("choose"))

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("moment") == LATER and not typed.get("in_minutes"):
            self.add_error("in_minutes", _("Minutes from 1 are expected here; none came."))
        if not (typed.get("text") or typed.get("text_en")):
            self.add_error("text", _("Some words are expected in one of the languages; none came."))
        return typed

    def added(self) -> injects.Added:
        typed = self.cleaned_data
        minutes = {NOW: 0, LATER: typed["in_minutes"], BY_HAND: None}[typed["moment"]]
        return injects.Added(
            seat_id=int(typed["seat"]),
            sender=typed["sender"],
            way=InjectWay(typed["way"]),
            words=self.words(),
            in_minutes=minutes,
            attachment=self.kept(),
        )
