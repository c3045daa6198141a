"""The subject in one line, and without what mail programs put before it."""

import re
from typing import Final

# Reply and forward marks in the languages whose programs are met here, "Re[2]:" and mail gateways' tags.
_MARK: Final = re.compile(
    r"\s*(?:\[(?:ext|external|zewn[ęe]trzn[ya])\]\s*|"
    r"(?:re|fw|fwd|odp|pd|odpowied[źz]|aw|wg|antw|sv|vs|vb|tr|rv|res|enc|ynt|rif|i|на|відп|пер|ответ|пересл"
    r"|答复|回复|转发"
    r"|auto(?:matic)?[ -]?(?:reply|response)|automatyczna odpowied[źz]|odpowied[źz] automatyczna|autoodpowied[źz]"
    r"|automatische antwort|abwesenheitsnotiz|out of office|réponse automatique|respuesta automática"
    r"|risposta automatica|автоматична відповідь|автовідповідь|автоматический ответ)"
    r"\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:：])",
    re.IGNORECASE,
)
# The marks of forwarding alone; "VS" is one in Danish and the answer in Finnish, so that it counts as none.
_FORWARD: Final = re.compile(
    r"\s*(?:\[(?:ext|external|zewn[ęe]trzn[ya])\]\s*)?(?:fwd?|pd|wg|tr|rv|enc|vb|i|пересл|转发)\s*[:：]",
    re.IGNORECASE,
)
# Soft hyphen, zero-width space, word joiner and byte order mark: they show nothing and part no words.
_UNSEEN: Final = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF))


def in_one_line(subject: str) -> str:
    """The words with one space between them, however the field was folded and whatever unseen stood there."""
    return " ".join(subject.translate(_UNSEEN).split())


def without_marks(subject: str) -> str:
    """What the person called the matter: the marks at the start are cut, never those inside."""
    while found := _MARK.match(subject):
        subject = subject[found.end() :]
    return subject.strip()


def is_forward(subject: str) -> bool:
    """Whether the mail was passed on by the last who touched it; an answer to one that was is an answer."""
    return _FORWARD.match(subject) is not None
