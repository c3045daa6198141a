"""The service catalogue: what a request can be about, and what the city promises for it."""

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from routing.models.departments import Department
from routing.models.loaded import NamedRow


class Kind(models.TextChoices):
    """What a request is in law. Follows its content, not its title (KPA art. 222)."""

    REPORT = "REPORT", _("service report")
    INFORMATION = "INFORMATION", _("question")
    COMPLAINT = "COMPLAINT", _("complaint")
    PROPOSAL = "PROPOSAL", _("proposal")
    PETITION = "PETITION", _("petition")
    PUBLIC_INFO = "PUBLIC_INFO", _("public information request")
    APPLICATION = "APPLICATION", _("formal application")
    ACCESSIBILITY = "ACCESSIBILITY", _("accessibility request")
    GDPR = "GDPR", _("personal data request")
    CLAIM = "CLAIM", _("claim for damages")

    @property
    def is_legal(self) -> bool:
        """Whether only a person may route it (the legal gate)."""
        return self not in (Kind.REPORT, Kind.INFORMATION)


class Urgency(models.TextChoices):
    NORMAL = "NORMAL", _("normal")
    URGENT = "URGENT", _("urgent")
    DANGER = "DANGER", _("danger")


class TermUnit(models.TextChoices):
    OFFICE_HOURS = "OFFICE_HOURS", _("office hours")
    WORKING_DAYS = "WORKING_DAYS", _("working days")
    CALENDAR_DAYS = "CALENDAR_DAYS", _("calendar days")


class LocationNeed(models.TextChoices):
    REQUIRED = "REQUIRED", _("required")
    OPTIONAL = "OPTIONAL", _("optional")
    NONE = "NONE", _("not asked")


class Group(NamedRow):
    """A shelf of the catalogue: at most nine on a screen."""

    position = models.PositiveSmallIntegerField(_("position"), default=0)
    icon = models.CharField(_("icon"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("group of categories")
        verbose_name_plural = _("groups of categories")


class Category(NamedRow):
    """One row of the service catalogue. Never deleted, only retired: cases and models refer to it.

    ``merged_into``: where the matters of a retired category go from now on; what was learnt for it counts there.
    """

    code = models.CharField(_("code"), max_length=60, unique=True)
    group = models.ForeignKey(
        Group, verbose_name=_("group"), on_delete=models.PROTECT, related_name="categories"
    )
    department = models.ForeignKey(
        Department, verbose_name=_("department"), on_delete=models.PROTECT, related_name="categories"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.REPORT)
    other_kinds = models.JSONField(_("other possible kinds"), default=list, blank=True)
    description_pl = models.TextField(_("description (Polish)"))
    description_en = models.TextField(_("description (English)"))
    description_uk = models.TextField(_("description (Ukrainian)"))
    term_value = models.PositiveSmallIntegerField(_("term"), null=True, blank=True)
    term_unit = models.CharField(_("unit of the term"), max_length=16, choices=TermUnit, blank=True)
    first_answer_days = models.PositiveSmallIntegerField(_("days to the first answer"), default=1)
    location = models.CharField(
        _("need of a place"), max_length=10, choices=LocationNeed, default=LocationNeed.REQUIRED
    )
    anonymous = models.BooleanField(_("possible without a name"), default=True)
    anonymous_note_pl = models.CharField(_("note for anonymous reports (Polish)"), max_length=240, blank=True)
    anonymous_note_en = models.CharField(
        _("note for anonymous reports (English)"), max_length=240, blank=True
    )
    anonymous_note_uk = models.CharField(
        _("note for anonymous reports (Ukrainian)"), max_length=240, blank=True
    )
    is_public = models.BooleanField(_("may be public"), default=False)
    urgency_words_pl = models.JSONField(_("words of urgency (Polish)"), default=list, blank=True)
    urgency_words_en = models.JSONField(_("words of urgency (English)"), default=list, blank=True)
    urgency_words_uk = models.JSONField(_("words of urgency (Ukrainian)"), default=list, blank=True)
    danger_words_pl = models.JSONField(_("words of danger (Polish)"), default=list, blank=True)
    danger_words_en = models.JSONField(_("words of danger (English)"), default=list, blank=True)
    danger_words_uk = models.JSONField(_("words of danger (Ukrainian)"), default=list, blank=True)
    call_first = models.CharField(_("number to call first"), max_length=20, blank=True)
    goal = models.CharField(_("goal of the city's plan"), max_length=10, blank=True)
    keeps_evidence = models.BooleanField(_("evidence is kept"), default=False)
    is_sensitive = models.BooleanField(_("sensitive"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="absorbed",
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="category_kind_known"),
            models.CheckConstraint(
                condition=models.Q(term_value__isnull=True) | ~models.Q(term_unit=""),
                name="category_term_has_unit",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True) | models.Q(is_active=False),
                name="category_merged_is_retired",
                violation_error_message=_(
                    "Only a category that is no longer in use can be merged into another."
                ),
            ),
        ]

    @property
    def description(self) -> str:
        """One sentence on what belongs here, in the language of the reader."""
        return self.in_language("description", translation.get_language())

    @property
    def anonymous_note(self) -> str:
        """What cannot be answered to somebody who gives no name, in the language of the reader."""
        return self.in_language("anonymous_note", translation.get_language())

    @property
    def may_be_public(self) -> bool:
        """Whether a report of this category may be shown to everybody: never where it is about people's own affairs."""
        return self.is_public and not self.is_sensitive

    @property
    def needs_place(self) -> bool:
        """Whether nobody could find it without a place."""
        return self.location == LocationNeed.REQUIRED

    @property
    def is_settled(self) -> bool:
        """Whether the category alone says what kind of matter it is."""
        return not self.other_kinds
