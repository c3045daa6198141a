"""Write docs/states.md from the transitions in the code. ``--check`` only says whether it is up to date."""

from itertools import groupby
from operator import itemgetter

from django.conf import settings
from django.utils import translation

from cases.models import Case
from cases.states import OPEN, RESIDENT, SYSTEM, Outcome, Status, moves
from contact_centre.management.generated import GeneratesPage
from routing.models import Role

PATH = settings.BASE_DIR / "docs" / "states.md"
_CALLERS = (RESIDENT, SYSTEM, *Role.values)
_ORDER = list(Status)

_HEAD = """\
# States of a case

Generated from `cases/states.py` and `cases/models/case.py` by `./run manage generate_states`; do not edit.

A step is a method of `Case`; the service of the same meaning in `cases/services/` asks for it. The last column
names who may take it: the roles, the resident with her key (`RESIDENT`), the system itself (`SYSTEM`). Handlers,
crews, managers, the council's office and the data protection officer take steps only on the cases of their own
departments. Residents reopen until 14 days after the answer; when they withdraw a report of a danger, or one that
is joined with others, only they leave the case, and so they do when staff note it for them. Who only follows a case
answers and leaves, and neither closes it nor opens it again. In a matter of law a question gives at least seven days
and warns; `UNEXAMINED` follows only on such a question that nobody has answered by its day or since.
"""


def render() -> str:
    """The whole page, in English whatever the language of the process."""
    with translation.override("en"):
        return "\n".join([_HEAD, _diagram(), *map(_section, _ORDER), _outcomes()])


def _diagram() -> str:
    arrows = {(source, target, name) for name, source, targets, _ in moves(Case) for target in targets}
    ordered = sorted(arrows, key=lambda arrow: (_place(arrow[0]), _place(arrow[1]), arrow[2]))
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {Status.NEW}"]
    for (source, target), group in groupby(ordered, key=itemgetter(0, 1)):
        lines.append(f"    {source} --> {target}: {', '.join(name for _, _, name in group)}")
    return "\n".join([*lines, "```", ""])


def _section(status: Status) -> str:
    kind = "open" if status in OPEN else "ended"
    lines = [f"## `{status}`: {status.label}", "", f"The case is {kind}.", ""]
    lines += ["| step | leads to | who may |", "|---|---|---|"]
    for name, source, targets, roles in moves(Case):
        if source == status:
            who = ", ".join(caller for caller in _CALLERS if caller in roles)
            lines.append(f"| `{name}` | {', '.join(sorted(targets, key=_place))} | {who} |")
    return "\n".join([*lines, ""])


def _place(status: str) -> int:
    return _ORDER.index(Status(status))


def _outcomes() -> str:
    rows = [f"| `{outcome}` | {outcome.label} |" for outcome in Outcome]
    return "\n".join(["## Outcomes", "", "| outcome | meaning |", "|---|---|", *rows, ""])


class Command(GeneratesPage):
    help = "Write docs/states.md from the transitions in the code."
    path = PATH
    render = staticmethod(render)
