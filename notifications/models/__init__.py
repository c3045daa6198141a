"""The notices with their attempts, and the addresses that may not be written to."""

from notifications.models.notice import (
    FOR_A_PERSON,
    WAITING,
    Attempt,
    AttemptResult,
    Notice,
    NoticeChannel,
    NoticeKind,
    NoticeQuerySet,
    NoticeState,
    SkipReason,
)
from notifications.models.suppression import SoftFailure, Suppression, SuppressionReason

__all__ = [
    "FOR_A_PERSON",
    "WAITING",
    "Attempt",
    "AttemptResult",
    "Notice",
    "NoticeChannel",
    "NoticeKind",
    "NoticeQuerySet",
    "NoticeState",
    "SkipReason",
    "SoftFailure",
    "Suppression",
    "SuppressionReason",
]
