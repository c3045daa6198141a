"""Working hours of offices, and the days they are shut beyond the legal holidays."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from routing.models.loaded import LoadedRow, NamedRow


class Calendar(NamedRow):
    """Opening hours of a department: ``{"mon": [["07:30", "15:30"]], …}``, in the city's local time.

    Legal holidays are not listed: they come from the ``holidays`` library.
    """

    hours = models.JSONField(_("opening hours"), default=dict)
    is_open_on_holidays = models.BooleanField(_("open on holidays"), default=False)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")


class DayOff(LoadedRow):
    """A day on which the office is shut although the law has no holiday. Moves the service promise only."""

    calendar = models.ForeignKey(
        Calendar, verbose_name=_("calendar"), on_delete=models.CASCADE, related_name="days_off"
    )
    date = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=160)

    class Meta:
        verbose_name = _("day off")
        verbose_name_plural = _("days off")
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="day_off_once")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
