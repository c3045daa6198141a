"""What a provider of text messages has to be able to do for us, and which one the settings name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol

import httpx

from notifications.channels.base import TemporaryFailure

_SECONDS: Final = 15.0
# How an attempt begins of which nobody knows whether the message was taken.
LOST: Final = "answer lost"
# Whatever else breaks may break after the message was taken.
_NEVER_ASKED: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class LostAnswer(TemporaryFailure):
    """The provider was asked, and nobody knows whether it took the message."""

    def __init__(self, message: str, *, relay: str) -> None:
        super().__init__(f"{LOST}: {message}", relay=relay)


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
    """One provider. A class takes the account; ``send`` gives the id under which the provider tells more.

    ``knows_keys``: asked again under the same key, it sends nothing twice.
    """

    knows_keys: ClassVar[bool]

    def send(self, text: Text) -> str:
        """Hand the message over. Raises PermanentFailure or TemporaryFailure."""
        ...


Build = Callable[[Account], Gateway]


def post(account: Account, path: str, fields: Mapping[str, str], **how: Any) -> httpx.Response:
    """Call the provider with a form. Raises TemporaryFailure when it cannot be reached, LostAnswer when it says
    nothing. Redirects are not followed: they would carry the secret elsewhere."""
    try:
        return httpx.post(f"{account.base_url}{path}", data=fields, timeout=_SECONDS, **how)
    except _NEVER_ASKED as error:
        raise TemporaryFailure(f"{type(error).__name__}: {error}", relay=account.provider) from error
    except httpx.HTTPError as error:
        raise LostAnswer(f"{type(error).__name__}: {error}", relay=account.provider) from error


def answer_of(response: httpx.Response, account: Account) -> dict[str, Any]:
    """The JSON object that the provider answered. Raises LostAnswer when it is none."""
    try:
        said = response.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise LostAnswer(f"no JSON in it: {response.status_code}", relay=account.provider)
    return said
