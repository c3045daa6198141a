"""The steps that staff may take with a case: which form, who may, which service. One row each."""

from collections.abc import Iterator
from functools import partial

from django.utils.translation import gettext_lazy as _

from cases.actors import Actor
from cases.models import Case
from cases.services import (
    attention,
    confidentiality,
    conversation,
    endings,
    merging,
    moving,
    privacy,
    workflow,
)
from cases.services._steps import Refused
from contact_centre.desk.forms import keeping_away, sorting
from contact_centre.desk.forms import steps as forms
from contact_centre.desk.mail_steps import MAIL_STEPS
from contact_centre.desk.steps import (
    Lazy,
    Step,
    always,
    by_state,
    may_acknowledge,
    may_classify,
    may_keep_away,
    may_let_back,
    may_let_leave,
    may_lift_confidential,
    may_make_confidential,
    may_reopen,
    may_route,
    may_take,
    may_take_over,
    may_withdraw,
    may_write,
)

STEPS: tuple[Step, ...] = (
    Step(
        "take",
        _("Take the case"),
        "person-check",
        forms.NothingToSay,
        may_take,
        workflow.take_case,
        _("The case is yours."),
    ),
    Step(
        "take_over",
        _("Take over"),
        "person-check",
        forms.NothingToSay,
        may_take_over,
        partial(workflow.take_case, is_takeover=True),
        _("The case is yours."),
        label_with=_("Take over from %(assignee)s"),
    ),
    Step(
        "acknowledge",
        _("Seen, nothing to do"),
        "check-lg",
        forms.NothingToSay,
        may_acknowledge,
        attention.acknowledge_case,
        _("The case does not wait for a person any more."),
    ),
    Step(
        "classify",
        _("Decide category and kind"),
        "tag",
        sorting.ClassifyForm,
        may_classify,
        workflow.classify_case,
        _("Category and kind are decided."),
    ),
    Step(
        "route",
        _("Pass to a department"),
        "signpost-split",
        sorting.RouteForm,
        may_route,
        workflow.route_case,
        _("The case was passed on."),
    ),
    Step(
        "start",
        _("Start work"),
        "play-circle",
        forms.NothingToSay,
        by_state("start"),
        workflow.start_work,
        _("Work has started."),
    ),
    Step(
        "resume",
        _("Go on with the case"),
        "arrow-repeat",
        forms.NothingToSay,
        by_state("resume"),
        workflow.resume_work,
        _("The case goes on."),
    ),
    Step(
        "plan",
        _("Plan a day"),
        "calendar-event",
        forms.PlanForm,
        by_state("plan"),
        workflow.plan_work,
        _("The day is planned."),
    ),
    Step(
        "ask",
        _("Ask the resident"),
        "question-circle",
        forms.AskForm,
        by_state("ask_resident"),
        workflow.ask_resident,
        _("The question is on its way."),
        asks_resident=True,
    ),
    Step(
        "wait",
        _("Wait for another body"),
        "hourglass-split",
        forms.WaitForm,
        by_state("wait_for"),
        workflow.wait_for,
        _("The case waits."),
    ),
    Step(
        "resolve",
        _("Resolve"),
        "check-circle",
        forms.ResolveForm,
        by_state("resolve"),
        endings.resolve_case,
        _("The case is resolved."),
    ),
    Step(
        "message",
        _("Write to the resident"),
        "envelope",
        forms.WriteForm,
        may_write,
        conversation.send_message,
        _("The message is on its way."),
        asks_resident=True,
    ),
    Step(
        "note",
        _("Internal note"),
        "lock",
        forms.NoteForm,
        always,
        conversation.add_note,
        _("The note is kept."),
        takes_version=False,
    ),
    Step(
        "reassign",
        _("Hand to another department"),
        "arrow-left-right",
        sorting.ReassignForm,
        by_state("reassign"),
        workflow.reassign_case,
        _("The case was handed on."),
    ),
    Step(
        "return",
        _("Return to the contact centre"),
        "reply",
        forms.ReasonForm,
        by_state("return_to_desk"),
        workflow.return_to_desk,
        _("The case was returned."),
    ),
    Step(
        "merge",
        _("Merge with another case"),
        "sign-merge-right",
        forms.MergeForm,
        by_state("merge"),
        merging.merge_cases,
        _("The cases are merged."),
    ),
    Step(
        "unmerge",
        _("Take apart again"),
        "node-plus",
        forms.NothingToSay,
        by_state("unmerge"),
        merging.unmerge_case,
        _("The cases are apart again."),
    ),
    Step(
        "withdraw",
        _("Withdraw"),
        "arrow-return-left",
        forms.ReasonForm,
        may_withdraw,
        endings.withdraw_case,
        _("The case is withdrawn."),
        tone="danger",
    ),
    Step(
        "leave",
        _("The resident withdraws"),
        "arrow-return-left",
        forms.ReasonForm,
        may_let_leave,
        endings.withdraw_case,
        _("The resident has left. The case goes on, because somebody may come to harm."),
    ),
    Step(
        "reopen",
        _("Reopen"),
        "arrow-counterclockwise",
        forms.ReasonForm,
        may_reopen,
        endings.reopen_case,
        _("The case is open again."),
    ),
    Step(
        "exclude",
        _("Keep somebody away from this case"),
        "shield-lock",
        keeping_away.ExcludeForm,
        may_keep_away,
        privacy.exclude,
        _("They cannot see the case any more."),
        takes_version=False,
        tone="danger",
    ),
    Step(
        "lift",
        _("Let somebody see it again"),
        "eye",
        keeping_away.LiftForm,
        may_let_back,
        privacy.lift_exclusion,
        _("They may see the case again."),
        takes_version=False,
    ),
    Step(
        "make_confidential",
        _("Make it confidential"),
        "eye-slash",
        keeping_away.ConfidentialForm,
        may_make_confidential,
        confidentiality.make_confidential,
        _("Only the fewest people see the case now."),
        tone="danger",
    ),
    Step(
        "lift_confidential",
        _("Lift the confidentiality"),
        "eye",
        forms.ReasonForm,
        may_lift_confidential,
        confidentiality.lift_confidential,
        _("The case is not confidential any more."),
    ),
    *MAIL_STEPS,
)

BY_NAME = {step.name: step for step in STEPS}

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


def steps_for(case: Case, by: Actor) -> Iterator[Step]:
    """The steps that this person may take with the case as it is."""
    return (step.on(case) for step in STEPS if step.may(case, by))


def refusal(error: Refused) -> Lazy:
    """What to tell the person whose step was refused."""
    return _REFUSALS.get(type(error), NOT_NOW)
