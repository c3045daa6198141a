"""Phone numbers as people write them: in the form in which networks and rows agree, and what they can take."""

from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

_HOME: Final = "PL"
# In some countries a number does not tell which of the two it is.
_MOBILE: Final = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def to_e164(phone: str) -> str:
    """``+48600100200``; empty where it is no number that can exist. Without a prefix it is a Polish one."""
    number = _read(phone)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else ""


def is_mobile(phone: str) -> bool:
    """Whether a text message can reach the number: a landline takes none."""
    number = _read(phone)
    return number is not None and phonenumbers.number_type(number) in _MOBILE


def _read(phone: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(phone, _HOME)
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None
