"""Departments: office departments, companies, crews, partners and other authorities, as one tree."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from routing.models.calendars import Calendar
from routing.models.loaded import NamedRow


class DepartmentKind(models.TextChoices):
    OFFICE = "OFFICE", _("office department")
    COMPANY = "COMPANY", _("municipal company")
    CREW = "CREW", _("crew")
    CONTRACTOR = "CONTRACTOR", _("contractor")
    COUNCIL = "COUNCIL", _("council")
    PARTNER = "PARTNER", _("partner without login")
    AUTHORITY = "AUTHORITY", _("other authority")


class Department(NamedRow):
    """Whoever can solve a case, inside the city hall or outside it."""

    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=DepartmentKind, default=DepartmentKind.OFFICE)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("belongs to"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    calendar = models.ForeignKey(
        Calendar, verbose_name=_("calendar"), null=True, blank=True, on_delete=models.PROTECT
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone number"), max_length=60, blank=True)
    address = models.CharField(_("address of the office"), max_length=200, blank=True)
    duty_contact = models.CharField(_("contact outside office hours"), max_length=200, blank=True)
    handles_text_pl = models.TextField(_("what it deals with (Polish)"), blank=True)
    handles_text_en = models.TextField(_("what it deals with (English)"), blank=True)
    handles_text_uk = models.TextField(_("what it deals with (Ukrainian)"), blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=DepartmentKind.values), name="department_kind_known"
            )
        ]

    @property
    def label(self) -> str:
        """What fits in a list: the short name where there is one."""
        return self.short_name or self.name
