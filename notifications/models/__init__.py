"""The notices, their attempts and their words, what providers tell, and the addresses that may not be written to."""

from notifications.models.automatic import AutomaticMail
from notifications.models.notice import (
    FAILURES,
    FOR_A_PERSON,
    PRINTED_AGAIN,
    WAITING,
    Attempt,
    AttemptResult,
    FailureReason,
    Notice,
    NoticeChannel,
    NoticeKind,
    NoticeQuerySet,
    NoticeState,
    Priority,
    SkipReason,
)
from notifications.models.suppression import SoftFailure, Suppression, SuppressionReason
from notifications.models.tracking import DeliveryNews, NewsKind
from notifications.models.wording import FRAME_KIND, Wording

__all__ = [
    "FAILURES",
    "FOR_A_PERSON",
    "FRAME_KIND",
    "PRINTED_AGAIN",
    "WAITING",
    "Attempt",
    "AttemptResult",
    "AutomaticMail",
    "DeliveryNews",
    "FailureReason",
    "NewsKind",
    "Notice",
    "NoticeChannel",
    "NoticeKind",
    "NoticeQuerySet",
    "NoticeState",
    "Priority",
    "SkipReason",
    "SoftFailure",
    "Suppression",
    "SuppressionReason",
    "Wording",
]
