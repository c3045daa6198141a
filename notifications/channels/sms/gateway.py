"""What a provider of text messages has to be able to do for us, and which one the settings name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import httpx

from notifications.channels.base import TemporaryFailure

_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Text:
    """One message. ``key`` names it for ever, so that a provider that can tell does not send it twice;
    ``report_to`` is where it tells later what became of it (empty: nowhere).
    """

    to: str
    body: str
    key: str
    report_to: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """How ``SMS_URL`` names a provider: whose account, with which secret, under which name messages go out."""

    provider: str
    user: str
    secret: str
    base_url: str
    options: Mapping[str, str]


class Gateway(Protocol):
    """One provider. A class takes the account; ``send`` gives the id under which the provider tells more."""

    def send(self, text: Text) -> str:
        """Hand the message over. Raises PermanentFailure or TemporaryFailure."""
        ...


Build = Callable[[Account], Gateway]


def post(account: Account, path: str, fields: Mapping[str, str], **how: Any) -> httpx.Response:
    """Call the provider with a form. Raises TemporaryFailure when nobody answers. Redirects are not followed: they
    would carry the secret elsewhere."""
    try:
        return httpx.post(f"{account.base_url}{path}", data=fields, timeout=_SECONDS, **how)
    except httpx.HTTPError as error:
        raise TemporaryFailure(f"{type(error).__name__}: {error}", relay=account.provider) from error


def answer_of(response: httpx.Response, account: Account) -> dict[str, Any]:
    """The JSON object that the provider answered. Raises TemporaryFailure when it is none."""
    try:
        said = response.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise TemporaryFailure(f"no JSON in the answer: {response.status_code}", relay=account.provider)
    return said
