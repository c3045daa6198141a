"""The headers of a mail of ours: whose it is, which thread it continues, and whether a machine wrote it."""

from typing import Final

from cases.actors import ActorKind
from cases.models import ParticipantRole
from notifications.links import loop_id, unsubscribe_url
from notifications.models import Notice, NoticeKind
from notifications.threads import thread_of

# Notices that bring the words of one of us to the person.
_WRITTEN: Final = (NoticeKind.QUESTION, NoticeKind.MESSAGE, NoticeKind.RESOLVED)


def headers_of(notice: Notice) -> dict[str, str]:
    """All headers but sender, recipient and subject; the same again when the notice is sent again."""
    headers = {
        "Message-ID": notice.message_id,
        "X-Loop-Id": loop_id(),
        "Content-Language": notice.spoken_language,
    }
    thread = thread_of(notice)
    if thread.parent:
        headers |= {"In-Reply-To": thread.parent, "References": " ".join(thread.references)}
    if not is_written_by_a_person(notice):
        is_answer = notice.kind == NoticeKind.RECEIVED
        headers |= {
            "Auto-Submitted": "auto-replied" if is_answer else "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Precedence": "bulk",
        }
    if is_subscription(notice):
        headers |= {
            "List-Unsubscribe": f"<{unsubscribe_url(notice.participant)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return headers


def is_written_by_a_person(notice: Notice) -> bool:
    """Whether one of us wrote it to this very person. A follower, or somebody whose report was merged in, gets a
    copy that the machine made."""
    is_ours = notice.event.actor_kind == ActorKind.STAFF and notice.kind in _WRITTEN
    is_own_case = notice.participant.case_id == notice.event.case_id
    return is_ours and is_own_case and not is_subscription(notice)


def is_subscription(notice: Notice) -> bool:
    """Whether the person only follows the case, and may stop that at any time."""
    return notice.participant.role == ParticipantRole.FOLLOWER
