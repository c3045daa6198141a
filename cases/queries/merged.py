"""Where the work on a merged case goes on."""

from cases.models import Case
from cases.states import Status


def followed_cases(case_id: int) -> tuple[int, ...]:
    """The case and those that it was merged into, one into the other: the last is the one that is worked on."""
    followed: list[int] = []
    wanted: int | None = case_id
    while wanted is not None and wanted not in followed:
        followed.append(wanted)
        merged = Case.objects.filter(pk=wanted, status=Status.MERGED)
        wanted = merged.values_list("merged_into_id", flat=True).first()
    return tuple(followed)
