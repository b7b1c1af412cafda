"""The hours of a campaign, as a form: which answer a person gives, and the windows, one per line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any, ClassVar, TypeVar

from django import forms
from django.db import models
from django.forms.formsets import BaseFormSet, formset_factory
from django.forms.utils import ErrorDict
from django.http import QueryDict

from campaigns.admin.forms import PRESET, DeskForm
from campaigns.admin.presets import ANOTHER_LINE, EMPTY, PRESETS, Preset, fill_in
from campaigns.models import DaypartingSchedule
from campaigns.rules.dayparting import Weekday, Window

_Row = TypeVar("_Row", bound=models.Model)

SPARE_LINES = 3
MOST_WINDOWS = 50


class Hours(models.TextChoices):
    """What a person can decide about a campaign's hours."""

    ANY = "any", "at any hour (no schedule; windows below are dropped)"
    WINDOWS = "windows", "only in the windows below"
    NEVER = "never", "never (a schedule without a window; windows below are dropped)"
    KEPT = "kept", "at any hour for now: the windows below are kept, but not in force"


def hours_of(schedule: DaypartingSchedule | None) -> Hours:
    """Return which answer the schedule stands for."""
    if schedule is None:
        return Hours.ANY
    if not schedule.is_enabled:
        return Hours.KEPT
    return Hours.WINDOWS if schedule.windows.all() else Hours.NEVER


def windows_of(schedule: DaypartingSchedule | None) -> tuple[Window, ...]:
    """Return a schedule's windows, in force or not."""
    return () if schedule is None else tuple(row.window for row in schedule.windows.all())


def find_schedule(campaign_id: int | None) -> DaypartingSchedule | None:
    """Return the campaign's schedule with its windows, or None."""
    return DaypartingSchedule.objects.filter(campaign=campaign_id).prefetch_related("windows").first()


class ClockField(forms.TimeField):
    """A time of day, as a browser's clock shows it. `24:00` is midnight too."""

    widget = forms.TimeInput(attrs={"type": "time"})

    def prepare_value(self, value: Any) -> Any:
        """Write a time with no more than it has: `08:00`."""
        if not isinstance(value, time):
            return value
        return value.isoformat() if value.second or value.microsecond else value.isoformat("minutes")

    def to_python(self, value: Any | None) -> time | None:
        """Read what was typed."""
        return super().to_python("00:00" if isinstance(value, str) and value.strip() == "24:00" else value)


class WindowForm(forms.Form):
    """One window: its weekdays, and from when until when."""

    use_required_attribute = False

    weekdays = forms.TypedMultipleChoiceField(
        coerce=lambda number: Weekday(int(number)),
        choices=[(day.value, day.name.capitalize()[:3]) for day in Weekday],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one weekday."},
    )
    start = ClockField(label="from")
    end = ClockField(label="until")

    @property
    def window(self) -> Window:
        """The window of a valid line."""
        return Window(frozenset(self.cleaned_data["weekdays"]), self.cleaned_data["start"], self.cleaned_data["end"])


# One line too many is shown, with the error, and not a thousand of them, whatever number a form is sent with.
_Lines = formset_factory(
    WindowForm,
    extra=SPARE_LINES,
    can_delete=True,
    max_num=MOST_WINDOWS,
    validate_max=True,
    absolute_max=MOST_WINDOWS + 1,
)


class WindowsForm(DeskForm[_Row]):
    """A form with a table of windows below it.

    `windows_shown` carries along the windows that the page showed, so that an old form whose windows nobody touched
    leaves newer ones alone.
    """

    # Who takes a preset wants its windows in force.
    answer_of_preset: ClassVar[dict[str, str]] = {}

    windows_shown = forms.CharField(widget=forms.HiddenInput, required=False)
    lines: BaseFormSet[WindowForm]

    def __init__(self, data: Mapping[str, Any] | None = None, *args: Any, **kwargs: Any) -> None:
        # Somebody who is in the middle of a form wants a line filled in, not to hear what is still missing.
        self.is_filling = isinstance(data, QueryDict) and PRESET in data
        if isinstance(data, QueryDict) and self.is_filling:
            data = self._filled(data)
        super().__init__(data, *args, **kwargs)
        schedule = self.schedule()
        windows = windows_of(schedule)
        self.initial["windows_shown"] = _as_text(windows)
        # What is sent is read as it is: beside what is stored by now, a spare line would look like a changed one.
        initial = [_as_line(window) for window in windows] if data is None else None
        self.lines = _Lines(data, prefix="windows", initial=initial)

    def schedule(self) -> DaypartingSchedule | None:
        """Return the schedule that is to be changed, if there is one."""
        raise NotImplementedError

    @property
    def presets(self) -> tuple[Preset, ...]:
        """What the table offers to fill in."""
        return PRESETS

    @property
    def is_typed(self) -> bool:
        """True if the page shows windows that somebody has typed, and that can be read."""
        return self.is_bound and self.lines.is_valid()

    @property
    def drawn(self) -> tuple[Window, ...] | None:
        """The windows to draw: those that were typed or, where there are none or they cannot be read, those stored."""
        raise NotImplementedError

    def full_clean(self) -> None:
        """Check what was sent, unless somebody only had a line filled in."""
        if self.is_filling:
            self._errors = ErrorDict()
            self.cleaned_data = {}
        else:
            super().full_clean()

    def clean(self) -> dict[str, Any] | None:
        """Check the lines too."""
        cleaned = super().clean()
        if not self.lines.is_valid():
            self.add_error(None, "A window is not complete: see the table of windows.")
        return cleaned

    def _filled(self, sent: QueryDict) -> QueryDict:
        wanted = sent.get(PRESET, "")
        filled = fill_in(sent, wanted=wanted, prefix="windows", most=MOST_WINDOWS)
        if wanted not in (ANOTHER_LINE, EMPTY):
            for name, answer in self.answer_of_preset.items():
                filled[name] = answer
        return filled

    @property
    def windows(self) -> tuple[Window, ...]:
        """The windows of the table that remain: no spare lines, none to be deleted. Only where the lines are valid."""
        lines = [line for line in self.lines.forms if line.cleaned_data and not line.cleaned_data.get("DELETE")]
        return tuple(line.window for line in lines)

    @property
    def new_windows(self) -> tuple[Window, ...]:
        """Those that the page did not show. Only where the lines are valid."""
        shown = str(self.cleaned_data.get("windows_shown", "")).split("; ")
        return tuple(window for window in self.windows if _as_text([window]) not in shown)

    @property
    def are_windows_changed(self) -> bool:
        """True if the table says something else than the page showed. Only for a valid form."""
        return _as_text(self.windows) != str(self.cleaned_data["windows_shown"])


def _as_line(window: Window) -> dict[str, object]:
    return {"weekdays": sorted(window.weekdays), "start": window.start, "end": window.end}


def _as_text(windows: Iterable[Window]) -> str:
    """Write windows so that equal ones are equal texts, whatever their order."""
    texts = []
    for window in windows:
        weekdays = "".join(str(day.value) for day in sorted(window.weekdays))
        texts.append(f"{weekdays} {window.start.isoformat()}-{window.end.isoformat()}")
    return "; ".join(sorted(texts))
