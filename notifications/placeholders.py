"""What words may hold besides letters: facts, days, and conditions on facts. Nothing that runs, loads or includes."""

import re
from dataclasses import dataclass
from typing import Final

from django.template import Engine, Template, TemplateSyntaxError
from django.template.base import Lexer, Token, TokenType
from django.utils.translation import gettext as _

_VALUE: Final = re.compile(r'facts\.([a-z_]+)(?:\|(date:"[A-Za-z ,./-]{1,30}"))?', re.ASCII)
_OPERAND: Final = re.compile(r'facts\.([a-z_]+)|"[A-Z_]*"|==|!=|and|or|not', re.ASCII)
_BRACES: Final = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")


class NotPlain(Exception):
    """The words cannot be used; the message says why, for whoever wrote them."""


@dataclass(frozen=True, slots=True)
class Used:
    """The names of the facts that words say, those that they say as days, and those that they ask about."""

    values: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()

    def __or__(self, other: "Used") -> "Used":
        return Used(self.values | other.values, self.days | other.days, self.conditions | other.conditions)

    @property
    def names(self) -> frozenset[str]:
        return self.values | self.days | self.conditions


def read_placeholders(text: str) -> Used:
    """What the words use. Raises NotPlain for anything but facts and conditions on them."""
    used = Used()
    for token in Lexer(text).tokenize():
        used |= _read(token)
    return used


def compile_words(text: str) -> Template:
    """The words as a template. Raises NotPlain when they hold anything else, or a condition has no end."""
    read_placeholders(text)
    try:
        return Template(text, engine=Engine.get_default())
    except TemplateSyntaxError as error:
        raise NotPlain(_("A condition is not complete: %(error)s") % {"error": error}) from error


def _read(token: Token) -> Used:
    if token.token_type is TokenType.VAR:
        return _read_value(token.contents)
    if token.token_type is TokenType.BLOCK:
        return _read_condition(token)
    # Django gives the contents of a remark without its braces.
    found = _BRACES.search(token.contents)
    if token.token_type is TokenType.COMMENT or found:
        braces = found[0] if found else "{#"
        raise NotPlain(_("“%(braces)s” begins or ends nothing that is known.") % {"braces": braces})
    return Used()


def _read_value(contents: str) -> Used:
    found = _VALUE.fullmatch(contents)
    if found is None:
        raise NotPlain(_("“{{ %(words)s }}” is not a placeholder that may be used.") % {"words": contents})
    names = frozenset([found[1]])
    return Used(days=names) if found[2] else Used(values=names)


def _read_condition(token: Token) -> Used:
    first, *rest = token.split_contents()
    operands = [_OPERAND.fullmatch(word) for word in rest]
    is_condition = first in ("if", "elif") and rest and all(operands)
    if not is_condition and not (first in ("else", "endif") and not rest):
        raise NotPlain(
            _("“{%% %(words)s %%}” is not a condition that may be used.") % {"words": token.contents}
        )
    return Used(conditions=frozenset(found[1] for found in operands if found and found[1]))
