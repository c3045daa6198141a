"""What stands under a person's words and is not hers to say: signature, lines of a telephone, legal sentences.

Cut from the end only, one after another, and only at marks that nobody writes in a sentence.
"""

import re
from typing import Final

# The blank behind the dashes is the convention (RFC 3676); a line of dashes alone is anything.
_SIGNATURE: Final = "-- "
_SIGNATURE_LINES: Final = 20
_DEVICE: Final = re.compile(
    r"^\W{0,4}(?:sent (?:from|via|with) (?:my |the )?\S.{0,60}|get outlook for (?:ios|android|mac)\b.{0,60}"
    r"|wys[łl]an[eoay] (?:z|ze|za pomocą|przy użyciu) .{1,70}|pobierz (?:aplikację )?outlooka? .{1,70}"
    r"|von (?:meinem|meiner|unterwegs) .{1,40}gesendet|gesendet (?:von|mit|aus) .{1,60}|hol dir outlook .{1,60}"
    r"|надіслано (?:з|із|зі|за допомогою) .{1,60}|отправлено (?:с|из|со) .{1,60}|отримайте outlook .{1,60})$",
    re.IGNORECASE,
)
_DEVICE_NAMES: Final = re.compile(
    r"iphone|ipad|android|outlook|samsung|galaxy|xiaomi|redmi|huawei|honor|motorola|nokia|sony|windows|yahoo|gmail|proton"
    r"|tutanota|thunderbird|blackberry|mailbird|spark|telefon|smartfon|smartphone|handy|mobile|phone|phon|poczt|mail"
    r"|телефон|смартфон|пошт|tablet|aplikacj|program|\bapp\b",
    re.IGNORECASE,
)
# How programs and law departments begin what they add; told to nobody in particular.
_DISCLAIMER: Final = re.compile(
    r"^\W{0,6}(?:"
    r"(?:niniejsz[aey]|ta|treść (?:tej|niniejszej)|informacje (?:zawarte )?w (?:tej|niniejszej))\s+"
    r"(?:wiadomoś|e-?mail|koresponden|przesyłk|informacj).{0,300}?(?:poufn|adresat|tajemnic|przeznaczon)"
    r"|(?:uwaga|poufne|zastrzeżenie|klauzula poufności)\s*[:!].{0,200}?(?:wiadomoś|e-?mail).{0,200}?(?:poufn|adresat)"
    r"|(?:administratorem|klauzula informacyjna|informujemy, (?:że|iż) administratorem)"
    r".{0,120}?(?:danych osobowych|rodo)"
    r"|(?:zanim|przed) wydruk|pomyśl o środowisku"
    r"|(?:this|the (?:information|content)s? (?:contained )?(?:in|of) this)"
    r"\s+(?:e-?mail|message|communication|transmission)?"
    r".{0,300}?(?:confidential|privileged|intended (?:solely|only|recipient))"
    r"|(?:confidentiality notice|disclaimer)\b"
    r"|(?:please )?(?:consider|think of|think about) the environment"
    r"|(?:diese (?:e-?mail|nachricht)|der inhalt dieser (?:e-?mail|nachricht))"
    r".{0,300}?(?:vertraulich|empfänger|adressat)"
    r"|(?:це повідомлення|цей (?:лист|електронний лист)|інформація.{0,20} в цьому (?:листі|повідомленні))"
    r".{0,300}?(?:конфіденц|адресат|призначен)"
    r"|(?:virus-?free|wolny od wirusów|bez wirusów|nie zawiera wirusów|virenfrei|вірусів немає)\b.{0,80}$"
    r"|(?:this (?:e-?mail|message)|ta wiadomość|wiadomość|diese e-mail|цей лист|ця електронна пошта).{0,60}?"
    r"(?:checked for viruses|sprawdzona|na obecność wirusów|auf viren|перевірен)"
    r")",
    re.IGNORECASE | re.DOTALL,
)
_DISCLAIMER_LINES: Final = 40
_ROUNDS: Final = 4


def without_ending(lines: list[str]) -> str:
    """The lines without what ends them; all of them when nothing would be left."""
    kept = _stripped(lines)
    for _ in range(_ROUNDS):
        shorter = _stripped(_without_signature(_without_device(_without_disclaimer(kept))))
        if not shorter or len(shorter) == len(kept):
            break
        kept = shorter
    return "\n".join(kept).rstrip()


def _stripped(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


def _without_disclaimer(lines: list[str]) -> list[str]:
    """Without the last paragraph, when it is a disclaimer."""
    start = len(lines)
    while start and lines[start - 1].strip() and len(lines) - start <= _DISCLAIMER_LINES:
        start -= 1
    paragraph = " ".join(line.strip() for line in lines[start:])
    return lines[:start] if start and _DISCLAIMER.match(paragraph) else lines


def _without_device(lines: list[str]) -> list[str]:
    is_device = bool(lines) and _DEVICE.match(lines[-1].strip()) and _DEVICE_NAMES.search(lines[-1])
    return lines[:-1] if is_device else lines


def _without_signature(lines: list[str]) -> list[str]:
    for place in range(len(lines) - 1, max(0, len(lines) - _SIGNATURE_LINES) - 1, -1):
        if lines[place] == _SIGNATURE:
            return lines[:place]
    return lines
