"""The steps with words that came by mail or to the wrong case, one row each as in ``step_list``."""

from django.utils.translation import gettext_lazy as _

from cases.services import mails, moving
from contact_centre.desk.forms.mails import MoveForm, SplitForm
from contact_centre.desk.forms.steps import NothingToSay
from contact_centre.desk.steps import Step, may_allow_mail, may_move_words

MAIL_STEPS: tuple[Step, ...] = (
    Step(
        "split",
        _("Make a message a case of its own"),
        "node-plus",
        SplitForm,
        may_move_words,
        moving.split_message,
        _("The message is a case of its own now."),
    ),
    Step(
        "move",
        _("Move a message to another case"),
        "arrow-left-right",
        MoveForm,
        may_move_words,
        moving.move_message,
        _("The message was moved."),
    ),
    Step(
        "allow_mail",
        _("Allow mails to the sender"),
        "envelope",
        NothingToSay,
        may_allow_mail,
        mails.allow_mail,
        _("The sender is told of this case by mail from now on."),
    ),
)
