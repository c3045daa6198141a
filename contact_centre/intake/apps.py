"""Registration of the intake app."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Channels where no person of ours is at the screen."""

    name = "contact_centre.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import warnings

        from anymail.exceptions import AnymailInsecureWebhookWarning

        from contact_centre.intake.mail_ids import mails_of
        from notifications.threads import register_inbound

        register_inbound(mails_of)
        # A webhook that nothing guards is an error here (hooks.py), not a line in the log.
        warnings.simplefilter("error", AnymailInsecureWebhookWarning)
