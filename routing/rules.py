"""Choosing a department from facts: pure, in the order of the rules."""

from collections.abc import Iterable, Mapping

from routing.facts import CaseFacts, Choice, Reason, RuleFacts


def choose(facts: CaseFacts, rules: Iterable[RuleFacts], defaults: Mapping[str, str]) -> Choice:
    """Return the department of the first rule that holds, else the category's default, else the one written to.

    ``defaults`` maps a category code to a department code. A request without a category gets no
    department but the one that the resident herself wrote to: a person decides.
    """
    if facts.category is None:
        return _addressed(facts, "NO_CATEGORY")
    for rule in rules:
        if _holds(rule, facts):
            found = tuple(word for word in rule.words if word in facts.text)
            return Choice(rule.department, (Reason("RULE", rule=rule.code, words=found),))
    department = defaults.get(facts.category)
    if department is None:
        return _addressed(facts, "NO_DEFAULT")
    return Choice(department, (Reason("CATEGORY_DEFAULT"),))


def _addressed(facts: CaseFacts, otherwise: str) -> Choice:
    if facts.addressed_to is None:
        return Choice(None, (Reason(otherwise),))
    return Choice(facts.addressed_to, (Reason("ADDRESSED_TO"),))


def _holds(rule: RuleFacts, facts: CaseFacts) -> bool:
    conditions = (
        (rule.categories, facts.category),
        (rule.districts, facts.district),
        (rule.streets, facts.street),
        (rule.channels, facts.channel),
        (rule.urgencies, facts.urgency),
        (rule.kinds, facts.kind),
        (rule.addressed_to, facts.addressed_to),
    )
    if any(allowed and value not in allowed for allowed, value in conditions):
        return False
    return not rule.words or any(word in facts.text for word in rule.words)
