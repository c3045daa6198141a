"""The gazetteer: districts and streets of the city."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from routing.models.loaded import LoadedRow


class District(LoadedRow):
    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    is_gk = models.BooleanField(_("supposed, no source"), default=False)

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")

    def __str__(self) -> str:
        return self.name


class Street(LoadedRow):
    """A street. ``prefix`` is "ul.", "al.", "pl." or "os."; coordinates in WGS 84 where they are known."""

    prefix = models.CharField(_("prefix"), max_length=8, default="ul.")
    name = models.CharField(_("name"), max_length=120)
    folded = models.CharField(max_length=140, db_index=True, editable=False)
    district = models.ForeignKey(
        District, verbose_name=_("district"), null=True, blank=True, on_delete=models.SET_NULL
    )
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    is_gk = models.BooleanField(_("supposed, no source"), default=False)

    class Meta:
        verbose_name = _("street")
        verbose_name_plural = _("streets")
        constraints = [models.UniqueConstraint(fields=["prefix", "name"], name="street_once")]

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"
