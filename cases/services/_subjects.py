"""The line that stands for a case in lists: the first one of the resident's words that says something."""

import re

from routing.folding import fold

SUBJECT_LENGTH = 120
_WORD = re.compile(r"[^\W_]+")
# A line of these words alone is a greeting; folded, so that it does not matter who types diacritics.
_GREETING_WORDS = frozenset(
    " ".join(
        (
            "dzien dobry wieczor witam witajcie serdecznie czesc hej halo szanowni szanowna szanowny szanowne",
            "panstwo panstwa panstwu pani panie pan panowie prezydencie prezydent lub i",
            "hello hi hey there all good morning afternoon evening day dear sir sirs madam or mr mrs ms mayor",
            "greetings добрии день доброго дня вечір вечора ранок ранку добридень вітаю вітання вітаємо привіт",
            "шановні шановна шановнии шановне пані пане панове панство та мере",
        )
    ).split()
)
_GREETING_LINES = frozenset({"to whom it may concern", "доброго здоров я"})


def first_line(words: str) -> str:
    """The first line that is more than a greeting or a row of dots, shortened; a greeting where there is no other."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    speaking = [line for line in lines if _WORD.search(line)]
    telling = (line for line in speaking if not _is_greeting(line))
    line = next(telling, (speaking or lines or [""])[0])
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rstrip() + "…"


def _is_greeting(line: str) -> bool:
    # Longer than any greeting: not worth folding.
    if len(line) > SUBJECT_LENGTH:
        return False
    found = _WORD.findall(fold(line))
    return _GREETING_WORDS.issuperset(found) or " ".join(found) in _GREETING_LINES
