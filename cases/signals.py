"""The one signal of the project: a bell that says which event was recorded. Losing a ring loses nothing."""

from django.dispatch import Signal

# Sent after commit with ``case_id``, ``event_id``, ``kind``, ``version`` and ``work``: consumer name → work row id.
# Rung again without work when something came of an event later: a notice of it fell to a person, or was settled.
case_event_recorded = Signal()
