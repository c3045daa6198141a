"""What to tell the person whose step was refused."""

from django.utils.translation import gettext_lazy as _

from cases.services import conversation, endings, merging, moving, workflow
from cases.services._steps import Refused
from contact_centre.desk.steps import Lazy

_REFUSALS: dict[type[Refused], Lazy] = {
    workflow.AlreadyTaken: _("Another person has this case now."),
    workflow.TooSoon: _("In a matter of law the person has at least 7 days to answer."),
    workflow.NobodyReachable: _("Nobody on this case can be reached, so there is nobody to ask."),
    conversation.CannotWrite: _("Nobody on this case can be reached."),
    workflow.LegalGate: _(
        "This is, or may be, a matter of law. Only a dispatcher decides that it is none: write a note why."
    ),
    workflow.NotDecided: _("First decide category and kind: without them nobody knows by when to answer."),
    endings.TermNotOver: _(
        "Ask the resident first for what is missing. This outcome is possible when the day for the answer is over "
        "and no answer has come."
    ),
    endings.OutcomeNotAllowed: _("This outcome is not for this kind of matter."),
    moving.CannotMove: _("The message cannot be moved, or that case takes no more messages."),
    merging.CannotMerge: _("These two cases cannot be merged."),
}
NOT_NOW = _("This step is not possible now, or not for your role.")


def refusal(error: Refused) -> Lazy:
    """What to tell the person whose step was refused."""
    return _REFUSALS.get(type(error), NOT_NOW)
