"""Mails as residents and machines send them, written here for the bench."""

import io
import random
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from typing import Final

from PIL import Image

# Ten mails of a day: in this order, again and again.
MIX: Final = (
    "plain", "alternative", "plain", "photo", "plain", "reply", "plain", "bounce", "alternative", "newsletter",
)  # fmt: skip
TEXT: Final = (
    "Dzień dobry,\n\nod tygodnia nie świeci latarnia przy ul. Dworcowej 3, obok przejścia dla pieszych. Wieczorem jest "
    "tam zupełnie ciemno, a ludzie wracają tamtędy z pociągu.\n\nProszę o naprawę i o wiadomość, kiedy to będzie.\n\n"
    "Z poważaniem\nAna Nowak\n"
)
HTML: Final = f"<html><body>{TEXT.replace(chr(10), '<br>')}<p>Wysłano z telefonu</p></body></html>"
QUOTED: Final = (
    "\n\nW dniu 17.11.2026 o 09:00, Miasto pisze:\n> Państwa zgłoszenie przyjęliśmy.\n> Odpowiemy wkrótce.\n"
)
_SIDE: Final = 250


def mail(kind: str, number: int, at: datetime, *, to: str, sender: str = "") -> bytes:
    """One mail of this kind to the address; each number is another person, with a message id of her own."""
    made = EmailMessage()
    made["From"] = f"Ana Nowak <{sender or f'ana.{number}@example.org'}>"
    made["To"] = to
    made["Date"] = format_datetime(at)
    made["Message-ID"] = f"<mail-{number}@example.org>"
    made["Received"] = f"from mx.example.org by mx.kontakt.example; {format_datetime(at)}"
    made["Subject"] = f"Latarnia przy Dworcowej ({number})"
    _FILL[kind](made, number)
    return made.as_bytes()


def with_file(number: int, at: datetime, *, to: str, size: int) -> bytes:
    """A mail of about so many bytes, nearly all of it one file that does not compress."""
    made = EmailMessage()
    made["From"] = f"Ana Nowak <ana.{number}@example.org>"
    made["To"], made["Date"], made["Subject"] = to, format_datetime(at), "Dokumentacja"
    made["Message-ID"] = f"<mail-{number}@example.org>"
    made.set_content(TEXT)
    data = random.Random(number).randbytes(size * 3 // 4)
    made.add_attachment(data, maintype="application", subtype="octet-stream", filename="dokumentacja.bin")
    return made.as_bytes()


def _plain(made: EmailMessage, _number: int) -> None:
    made.set_content(TEXT)


def _alternative(made: EmailMessage, _number: int) -> None:
    made.set_content(TEXT)
    made.add_alternative(HTML, subtype="html")


def _photo(made: EmailMessage, number: int) -> None:
    made.set_content(TEXT)
    # Bytes behind the end of the picture make it another file, as every photo is.
    data = _picture() + str(number).encode()
    made.add_attachment(data, maintype="image", subtype="jpeg", filename="latarnia.jpg")


def _reply(made: EmailMessage, number: int) -> None:
    made["In-Reply-To"] = f"<mail-{number - 1}@example.org>"
    made.set_content(f"Dziękuję, latarnia już świeci.{QUOTED}")


def _bounce(made: EmailMessage, number: int) -> None:
    made.replace_header("From", "Mail Delivery System <MAILER-DAEMON@mx.example.org>")
    made["Return-Path"] = "<>"
    made["Content-Type"] = 'multipart/report; report-type=delivery-status; boundary="=_part"'
    made.set_payload(
        "--=_part\n\nYour message could not be delivered.\n"
        "--=_part\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; gone.{number}@example.org\nAction: failed\nStatus: 5.1.1\n\n--=_part--\n"
    )


def _newsletter(made: EmailMessage, _number: int) -> None:
    made["List-Id"] = "<news.example.org>"
    made["List-Unsubscribe"] = "<https://news.example.org/off>"
    made["Precedence"] = "bulk"
    made.set_content(TEXT * 4)
    made.add_alternative(HTML * 4, subtype="html")


@cache
def _picture() -> bytes:
    noise = random.Random(1).randbytes(_SIDE * _SIDE * 3)
    buffer = io.BytesIO()
    Image.frombytes("RGB", (_SIDE, _SIDE), noise).save(buffer, "JPEG")
    return buffer.getvalue()


_FILL: Final = {
    "plain": _plain,
    "alternative": _alternative,
    "photo": _photo,
    "reply": _reply,
    "bounce": _bounce,
    "newsletter": _newsletter,
}
