"""What opens a mailbox: a file of ``MAIL_SECRETS_DIR`` that the mailbox names, and tokens bought with it.

A file holds a password in one line, or for OAuth 2.0 a JSON object: ``token_url``, ``client_id`` and, as the provider
wants them, ``client_secret``, ``refresh_token``, ``scope``. Nothing of it is ever logged.
"""

import json
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from django.conf import settings

from contact_centre.intake.models import Mailbox

_PATIENCE: Final = httpx.Timeout(15.0)
# A token that ends in the middle of a run would be refused there.
_MARGIN_SECONDS: Final = 120
_DEFAULT_SECONDS: Final = 600


class LoginRefused(Exception):
    """The mailbox does not open with what we have. Trying again changes nothing until a person has mended it."""


class TokenUnavailable(Exception):
    """The server of the tokens has trouble of its own: a later try may succeed."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    ends_at: float


_tokens: dict[str, _Token] = {}


def password_of(mailbox: Mailbox) -> str:
    """The password in the mailbox's file. Raises LoginRefused when there is none, or more than a line."""
    password = _read(mailbox).strip("\r\n")
    if "\r" in password or "\n" in password:
        # In a protocol of lines the second one would be a command.
        raise LoginRefused(f"the file {mailbox.secret_name} holds more than one line")
    return password


def access_token_of(mailbox: Mailbox) -> str:
    """A token that is valid for a while. Raises LoginRefused or TokenUnavailable."""
    held = _tokens.get(mailbox.secret_name)
    if held is not None and held.ends_at > time.monotonic():
        return held.text
    secret = _oauth_secret(mailbox)
    answer = _ask(secret)
    if isinstance(answer.get("refresh_token"), str) and answer["refresh_token"] != secret.get(
        "refresh_token"
    ):
        _write(_path(mailbox), secret | {"refresh_token": answer["refresh_token"]})
    token = answer.get("access_token")
    if not isinstance(token, str) or not token:
        raise LoginRefused("the token server answered without a token")
    seconds = _seconds(answer.get("expires_in"))
    _tokens[mailbox.secret_name] = _Token(token, time.monotonic() + seconds - _MARGIN_SECONDS)
    return token


def forget_token(mailbox: Mailbox) -> None:
    """The server refused the token that we held."""
    _tokens.pop(mailbox.secret_name, None)


def _oauth_secret(mailbox: Mailbox) -> dict[str, Any]:
    try:
        secret = json.loads(_read(mailbox))
    except ValueError as error:
        raise LoginRefused(f"the file {mailbox.secret_name} is no JSON") from error
    missing = [
        name for name in ("token_url", "client_id") if not (isinstance(secret, dict) and secret.get(name))
    ]
    if missing:
        raise LoginRefused(f"the file {mailbox.secret_name} lacks {', '.join(missing)}")
    return dict(secret)


def _ask(secret: dict[str, Any]) -> dict[str, Any]:
    grant = "refresh_token" if secret.get("refresh_token") else "client_credentials"
    names = ("client_id", "client_secret", "refresh_token", "scope")
    form = {"grant_type": grant} | {name: secret[name] for name in names if secret.get(name)}
    try:
        answer = httpx.post(secret["token_url"], data=form, timeout=_PATIENCE)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TokenUnavailable(type(error).__name__) from error
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
        raise TokenUnavailable(f"the token server answered {answer.status_code}")
    try:
        said = answer.json()
    except ValueError:
        said = {}
    if not answer.is_success or not isinstance(said, dict):
        code = said.get("error", "") if isinstance(said, dict) else ""
        raise LoginRefused(f"the token server refused: {answer.status_code} {str(code)[:80]}")
    return said


def _seconds(said: Any) -> float:
    try:
        return float(said)
    except (TypeError, ValueError):
        return _DEFAULT_SECONDS


def _path(mailbox: Mailbox) -> Path:
    return Path(settings.MAIL_SECRETS_DIR) / Path(mailbox.secret_name).name


def _read(mailbox: Mailbox) -> str:
    if not mailbox.secret_name:
        raise LoginRefused("the mailbox names no file of its secret")
    try:
        return _path(mailbox).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise LoginRefused(
            f"the file {mailbox.secret_name} cannot be read: {type(error).__name__}"
        ) from error


def _write(path: Path, secret: dict[str, Any]) -> None:
    """Providers give a new refresh token and end the old one: it must survive this process."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(secret, file)
        file.flush()
        os.fsync(handle)
    Path(name).replace(path)
