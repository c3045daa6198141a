"""What must be settled before residents may be served."""

from typing import Any

from django.core.checks import CheckMessage, Info

from contact_centre.web.city import privacy_clause

_DRAFT = "-draft"


def check_privacy_clause(**_kwargs: Any) -> list[CheckMessage]:
    """The information clause (GDPR art. 13) is no draft any more."""
    version = privacy_clause().version
    if not version.endswith(_DRAFT):
        return []
    return [
        Info(
            f"The information clause on personal data is a draft ({version}).",
            hint="Let the data protection officer sign it off, then drop “-draft” from its version in privacy.toml.",
            id="portal.I001",
        )
    ]
