"""Routing rules: conditions that, when all hold, choose a department for a stated reason."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from routing.models.departments import Department
from routing.models.loaded import LoadedRow


class Rule(LoadedRow):
    """One rule. An empty condition list means "any"; rules are tried in the order of ``position``."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    department = models.ForeignKey(
        Department, verbose_name=_("department"), on_delete=models.PROTECT, related_name="rules"
    )
    categories = models.JSONField(_("categories"), default=list, blank=True)
    districts = models.JSONField(_("districts"), default=list, blank=True)
    streets = models.JSONField(_("streets"), default=list, blank=True)
    channels = models.JSONField(_("channels"), default=list, blank=True)
    urgencies = models.JSONField(_("urgencies"), default=list, blank=True)
    kinds = models.JSONField(_("kinds"), default=list, blank=True)
    addressed_to = models.JSONField(_("mailboxes of departments"), default=list, blank=True)
    words = models.JSONField(_("words in the text"), default=list, blank=True)
    reason_pl = models.CharField(_("reason (Polish)"), max_length=240)
    reason_en = models.CharField(_("reason (English)"), max_length=240)
    reason_uk = models.CharField(_("reason (Ukrainian)"), max_length=240)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")

    def __str__(self) -> str:
        return self.code
