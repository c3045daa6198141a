"""What an agent reads to a caller of the state of her case: the words of her page, less what a page alone can show."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.states import Outcome, Status
from contact_centre.web.badges import status_badge
from contact_centre.web.wording import StatusWords

# Where the page says that something stands in the message below; what has none is said as it is written.
_ENDED = {
    Outcome.DONE: gettext_lazy("It is done."),
    Outcome.ANSWERED: gettext_lazy("We have answered."),
    Outcome.NOT_CONFIRMED: gettext_lazy("We were there and did not find it."),
    Outcome.DECLINED: gettext_lazy("We cannot do this."),
    Outcome.UNEXAMINED: gettext_lazy(
        "We will not deal with this letter, because something was missing. You can send it again."
    ),
}


def spoken_words(words: StatusWords, *, may_reopen: bool) -> tuple[str, ...]:
    """The sentences in their order, the name of the status first. ``may_reopen``: the page offers it to her."""
    name = words.label or str(status_badge(words.status, words.outcome).label)
    return tuple(
        sentence for sentence in (f"{name}.", _sentence(words), _next(words, may_reopen)) if sentence
    )


def _sentence(words: StatusWords) -> str:
    if words.status == Status.WAITING_RESIDENT:
        return _("We asked you something and need your answer. You can tell me now.")
    ended = _ENDED.get(Outcome(words.outcome)) if words.outcome else None
    return str(ended) if ended is not None else words.sentence


def _next(words: StatusWords, may_reopen: bool) -> str:
    if words.status in (Status.RESOLVED, Status.CLOSED) and not may_reopen:
        return _("Is something still wrong? Tell me, and a person will look at it.")
    return words.next_step
