"""People who work with cases, and the role each of them has."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from routing.models.departments import Department


class Role(models.TextChoices):
    AGENT = "AGENT", _("contact centre agent")
    DISPATCHER = "DISPATCHER", _("dispatcher")
    HANDLER = "HANDLER", _("case handler")
    CREW = "CREW", _("crew")
    MANAGER = "MANAGER", _("department manager")
    HEAD = "HEAD", _("head of the contact centre")
    ANALYST = "ANALYST", _("analyst")
    COUNCIL = "COUNCIL", _("council office")
    DPO = "DPO", _("data protection officer")
    ADMIN = "ADMIN", _("system administrator")


class People(UserManager["User"]):
    """Who makes a superuser by command makes an administrator."""

    use_in_migrations = False

    def create_superuser(self, *args: Any, **fields: Any) -> "User":
        """A superuser, who looks after the installation and works with no case."""
        return super().create_superuser(*args, **{"role": Role.ADMIN} | fields)


class User(AbstractUser):
    """A person with a login. Residents never have one.

    Without a role there is no desk and no case: a role is given on purpose, never by default.
    """

    role = models.CharField(
        _("role"),
        max_length=12,
        choices=Role,
        blank=True,
        default="",
        help_text=_("Without a role a person has no desk and sees no case."),
    )
    departments = models.ManyToManyField(
        Department, verbose_name=_("departments"), blank=True, related_name="people"
    )

    objects: ClassVar[People] = People()

    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=["", *Role.values]), name="user_role_known")
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username
