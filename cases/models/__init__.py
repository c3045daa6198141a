"""The case and everything that belongs to it."""

from cases.models.attachment import Attachment
from cases.models.case import Case
from cases.models.case_set import StaleCase
from cases.models.codes import REOPEN_DAYS, URGENCY_RANK, Channel
from cases.models.contact import Contact, ContactOutcome, Purpose
from cases.models.event import CaseEvent, EventKind, EventWork
from cases.models.message import Audience, Message, MessagePurpose
from cases.models.participant import CaseParticipant, ContactChannel, ParticipantRole
from cases.models.prediction import Prediction
from cases.models.reading import Exclusion, ReadLog, ReadReason
from cases.models.resident import Organisation, Resident
from cases.models.task import Task

__all__ = [
    "REOPEN_DAYS",
    "URGENCY_RANK",
    "Attachment",
    "Audience",
    "Case",
    "CaseEvent",
    "CaseParticipant",
    "Channel",
    "Contact",
    "ContactChannel",
    "ContactOutcome",
    "EventKind",
    "EventWork",
    "Exclusion",
    "Message",
    "MessagePurpose",
    "Organisation",
    "ParticipantRole",
    "Prediction",
    "Purpose",
    "ReadLog",
    "ReadReason",
    "Resident",
    "StaleCase",
    "Task",
]
