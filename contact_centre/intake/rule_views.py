"""The page of rules about senders: proposed by the desk with their effect in sight, approved by the centre head."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from contact_centre.intake import inbox
from contact_centre.intake.effects import RecentMails
from contact_centre.intake.forms import USUAL_DAYS, RuleForm
from contact_centre.intake.guard import MailRequest, for_mail_workers
from contact_centre.intake.models import RawMessage, RuleAction, RuleField, SenderRule
from contact_centre.intake.senders import CannotRule, Proposal, approve_rule, end_rule, propose_rule
from routing.models import Role

LOOKED_BACK: Final = timedelta(days=90)
_EXAMPLES: Final = 10
_RULES: Final = 200
_STEPS: Final[dict[str, tuple[Callable[..., SenderRule], Any]]] = {
    "approve": (approve_rule, gettext_lazy("The rule is in force.")),
    "end": (end_rule, gettext_lazy("The rule has ended. What it put aside can be taken up.")),
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_mail_workers
def show_rules(request: MailRequest) -> HttpResponse:
    """All rules, the newest first, and a new one: its effect is shown before it is proposed."""
    form = RuleForm(request.POST if request.method == "POST" else None, initial=_initial(request))
    recent, effect = RecentMails(timezone.now() - LOOKED_BACK), None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "propose":
            return _propose(request, form)
        effect = _effect(request, recent, form.proposal())
    return render(
        request,
        "intake/rules.html",
        {"form": form, "effect": effect, "rules": _rules(request, recent)},
        status=422 if form.errors else 200,
    )


@require_POST
@for_mail_workers
def change_rule(request: MailRequest, rule_id: int, name: str) -> HttpResponse:
    """Put a rule into force, or end it."""
    rule = get_object_or_404(SenderRule, pk=rule_id)
    if name not in _STEPS:
        raise Http404(name)
    service, done = _STEPS[name]
    try:
        service(rule_id=rule.pk, by=request.by, at=timezone.now())
    except CannotRule:
        messages.error(request, _("This is not possible with this rule, or not for you."))
    else:
        messages.success(request, str(done))
    return redirect("intake:rules")


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule would have been about: how many mails, how many of them on cases, and the last ones; ``looked_at``:
    among so many of the newest alone."""

    count: int
    on_cases: int
    examples: tuple[RawMessage, ...]
    looked_at: int | None
    is_organisation: bool


@dataclass(frozen=True, slots=True)
class ShownRule:
    """A rule as the page lists it; its effect as long as it waits."""

    rule: SenderRule
    effect: Effect | None
    is_over: bool
    may_approve: bool
    may_end: bool


def _initial(request: MailRequest) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "field": RuleField.ADDRESS,
        "action": RuleAction.SPAM,
        "last_date": timezone.localdate() + timedelta(days=USUAL_DAYS),
    }
    chosen = request.GET.get("mail", "")
    if chosen.isascii() and chosen.isdigit():
        rows = inbox.open_mails_for(request.user, request.by).filter(pk=int(chosen[:18]))
        initial["pattern"] = rows.values_list("sender", flat=True).first() or ""
    return initial


def _propose(request: MailRequest, form: RuleForm) -> HttpResponse:
    try:
        propose_rule(proposal=form.proposal(), by=request.by, at=timezone.now())
    except CannotRule:
        messages.error(request, _("This is not possible with this rule, or not for you."))
    else:
        messages.success(
            request, _("The rule is proposed. It does nothing before the centre head approves it.")
        )
    return redirect("intake:rules")


def _effect(request: MailRequest, recent: RecentMails, rule: Proposal | SenderRule) -> Effect:
    caught = recent.caught_by(rule)
    seen = inbox.open_mails_for(request.user, request.by).filter(pk__in=caught.mails.values("pk"))
    examples = tuple(seen.order_by("-id")[:_EXAMPLES])
    is_organisation = rule.action == RuleAction.ORGANISATION
    return Effect(caught.count, caught.on_cases, examples, caught.looked_at, is_organisation)


def _rules(request: MailRequest, recent: RecentMails) -> list[ShownRule]:
    rules = SenderRule.objects.select_related("proposed_by", "approved_by").order_by("-id")[:_RULES]
    return [_shown(request, recent, rule) for rule in rules]


def _shown(request: MailRequest, recent: RecentMails, rule: SenderRule) -> ShownRule:
    is_over = rule.ends_at is not None and rule.ends_at <= timezone.now()
    waits = rule.approved_at is None and not is_over
    return ShownRule(
        rule,
        effect=_effect(request, recent, rule) if waits else None,
        is_over=is_over,
        may_approve=waits and request.by.role == Role.HEAD,
        may_end=not is_over and request.by.role in (Role.HEAD, Role.DISPATCHER),
    )
