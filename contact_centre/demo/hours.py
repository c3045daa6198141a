"""The working time of the town's offices as one line, so that people's steps can be laid along it."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta

from routing.working_time import WorkingHours

_NONE = timedelta()


class WorkLine:
    """The openings between two days, one after the other: from a moment to the time worked by then, and back.

    Moments before the first day count as its beginning, and no moment lies behind the last opening.
    """

    def __init__(self, hours: WorkingHours, first: datetime, last: datetime) -> None:
        self.zone = hours.zone
        days = (last.date() - first.date()).days + 1
        opened = (span for day in range(days) for span in hours.opens_on(first.date() + timedelta(days=day)))
        # In UTC, because two local times of one zone are subtracted as if no clock were ever changed.
        self._spans = [(start.astimezone(UTC), end.astimezone(UTC)) for start, end in opened]
        self._starts = [start for start, _ in self._spans]
        self._before, worked = [], _NONE
        for start, end in self._spans:
            self._before.append(worked)
            worked += end - start

    def worked(self, moment: datetime) -> timedelta:
        """How much working time has passed by then."""
        place = bisect_right(self._starts, moment) - 1
        if place < 0:
            return _NONE
        start, end = self._spans[place]
        return self._before[place] + min(moment.astimezone(UTC), end) - start

    def moment(self, worked: timedelta) -> datetime:
        """When so much has been worked; between two openings, the beginning of the later one."""
        place = max(bisect_right(self._before, worked) - 1, 0)
        start, _ = self._spans[place]
        return (start + max(worked - self._before[place], _NONE)).astimezone(self.zone)

    def after(self, moment: datetime, work: timedelta = _NONE) -> datetime:
        """The moment at which ``work`` has been done since then; without any, when somebody is there next."""
        return self.moment(self.worked(moment) + work)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from one moment to a later one; nothing where they lie the other way round."""
        return max(self.worked(end) - self.worked(start), _NONE)
