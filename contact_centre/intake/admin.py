"""Mailboxes in the plain Django admin, for administrators."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contact_centre.intake.mailboxes.progress import start_again
from contact_centre.intake.models import Mailbox
from routing.admin import CodedAdmin


@admin.register(Mailbox)
class MailboxAdmin(CodedAdmin):
    list_display = ("address", "unit", "source", "last_success", "waiting", "trouble", "is_active")
    list_filter = ("source", "is_active", "department")
    list_select_related = ("department", "poll")
    search_fields = ("code", "address", "name")
    actions = ("fetch_again",)
    fieldsets = (
        (
            None,
            {"fields": ("code", "address", "aliases", "tokens", "department", "is_active", "merged_into")},
        ),
        (_("Answers"), {"fields": ("name", "language", "signature", "auto_reply_text", "office_hours_text")}),
        (_("Limits"), {"fields": ("max_bytes", "max_per_hour")}),
        (
            _("Way in"),
            {
                "fields": (
                    "source",
                    "server_host",
                    "server_port",
                    "server_security",
                    "server_login",
                    "server_user",
                    "secret_name",
                    "imap_folder",
                    "imap_done_folder",
                    "pop3_deletes",
                )
            },
        ),
    )

    def save_model(self, request: HttpRequest, obj: Mailbox, form: "ModelForm[Any]", change: bool) -> None:
        """What an administrator changed may be what was wrong."""
        super().save_model(request, obj, form, change)
        start_again([obj.pk], at=timezone.now())

    @admin.action(description=_("Fetch again now"))
    def fetch_again(self, request: HttpRequest, queryset: QuerySet[Mailbox]) -> None:
        """The reason of the trouble is mended: try at once."""
        start_again(list(queryset.values_list("pk", flat=True)), at=timezone.now())

    @admin.display(description=_("department"), ordering="department__name_pl")
    def unit(self, row: Mailbox) -> str:
        """The department by its short name."""
        return row.department.label if row.department else ""

    @admin.display(description=_("last fetched"))
    def last_success(self, row: Mailbox) -> Any:
        """When the mailbox was last read to its end."""
        return row.poll.last_success_at if hasattr(row, "poll") else None

    @admin.display(description=_("not recorded"))
    def waiting(self, row: Mailbox) -> int:
        """How many mails of the folder are not recorded."""
        return row.poll.waiting_count if hasattr(row, "poll") else 0

    @admin.display(description=_("trouble"))
    def trouble(self, row: Mailbox) -> str:
        """What went wrong the last time."""
        return row.poll.error if hasattr(row, "poll") else ""
