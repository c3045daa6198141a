"""Registration of the intake app."""

from django.apps import AppConfig
from django.core.checks import register


class IntakeConfig(AppConfig):
    """Channels where no person of ours is at the screen."""

    name = "contact_centre.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the rooms below what only the intake knows: whether and which mails came, and to whose mailbox.

        Importing ``fetching`` makes its tasks known to every process: Celery looks into ``tasks`` alone.
        """
        import warnings

        from anymail.exceptions import AnymailInsecureWebhookWarning

        from contact_centre.intake import fetching  # noqa: F401
        from contact_centre.intake.answering import sender_of
        from contact_centre.intake.checks import check_hooks
        from contact_centre.intake.health import check_mail
        from contact_centre.intake.inbox import count_for_people
        from contact_centre.intake.mail_ids import mails_of
        from contact_centre.web.health import CHECKS
        from contact_centre.web.menu_counts import COUNTS
        from notifications import senders
        from notifications.threads import register_inbound

        register(check_hooks)
        CHECKS["mail"] = check_mail
        COUNTS["intake:inbox"] = count_for_people
        senders.provide(sender_of)
        register_inbound(mails_of)
        # A webhook that nothing guards is an error here (hooks.py), not a line in the log.
        warnings.simplefilter("error", AnymailInsecureWebhookWarning)
