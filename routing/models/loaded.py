"""What the starting data has in common: three languages, and a memory of what was loaded."""

from typing import Any

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("pl", "en", "uk")


class LoadedRow(models.Model):
    """A row that may come from the city's starting data.

    ``loaded_values`` remembers each field as the loader last wrote it: a field that differs today was
    edited by an administrator and is never overwritten (DESIGN decision 13).
    """

    loaded_values = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        abstract = True


class LoadedKey(models.Model):
    """The key of a row that was loaded once. A row that is gone today was deleted by an administrator and stays away.

    ``name`` is the last part of the key: what others call the row by.
    """

    table = models.CharField(max_length=60)
    key = models.CharField(max_length=240)
    name = models.CharField(max_length=160)

    class Meta:
        verbose_name = _("key of a loaded row")
        verbose_name_plural = _("keys of loaded rows")
        constraints = [models.UniqueConstraint(fields=["table", "key"], name="loaded_key_once")]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"


class NamedRow(LoadedRow):
    """A row with one name column per language (DESIGN decision 12)."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name_pl = models.CharField(_("name (Polish)"), max_length=160)
    name_en = models.CharField(_("name (English)"), max_length=160)
    name_uk = models.CharField(_("name (Ukrainian)"), max_length=160)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the reader."""
        return self.in_language("name", translation.get_language())

    def in_language(self, field: str, language: str | None) -> str:
        """One of the ``<field>_pl/_en/_uk`` columns; Polish where the language is not kept."""
        code = (language or "pl")[:2]
        value: Any = getattr(self, f"{field}_{code if code in LANGUAGES else 'pl'}")
        return str(value)
