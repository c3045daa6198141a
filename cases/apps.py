from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "Cases"

    def ready(self) -> None:
        from cases import receivers
        from cases.models.append_only import install_triggers

        receivers.connect()
        post_migrate.connect(install_triggers, sender=self, dispatch_uid="cases.append_only")
