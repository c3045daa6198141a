"""The pages of residents."""

from tools.screens import acts
from tools.screens.scene import Scene

NARROW = 320

RESIDENT_SCENES = (
    Scene("home", "Start", "/"),
    Scene("home-narrow", "Start on the smallest phone", "/", widths=(NARROW,)),
    Scene("home-dark", "Start at night", "/", is_dark=True, languages=("pl",)),
    Scene("report", "Report, empty", "/report/"),
    Scene("report-filled", "Report, filled in", "/report/?category=road.pothole", act=acts.fill(*acts.HOLE)),
    Scene("report-call-first", "Report that a call answers faster", "/report/?category=water.supply"),
    Scene("report-no-place", "Report of a topic without a place", "/report/?category=tax"),
    Scene("report-errors", "Report with mistakes", "/report/?category=docs", act=acts.send_wrong_report),
    Scene("report-known", "Report of what may be known already", "/report/", act=acts.ask_if_known),
    Scene("received", "Confirmation", "track:new/received/"),
    Scene("received-contact", "Confirmation with a contact", "track:asked/received/"),
    Scene("find", "Check a report", "/track/"),
    Scene("find-errors", "Check a report, with mistakes", "/track/", act=acts.send),
    Scene("find-sent", "The link is on its way", "/track/sent/"),
    Scene("track-new", "Page of a report: received", "track:new/"),
    Scene("track-legal", "Page of a report: matter of law", "track:legal/"),
    Scene("track-asked", "Page of a report: question", "track:asked/"),
    Scene("track-asked-narrow", "The same on the smallest phone", "track:asked/", widths=(NARROW,)),
    Scene("track-asked-errors", "Page of a report: empty answer", "track:asked/", act=acts.send),
    Scene("track-planned", "Page of a report: planned", "track:planned/"),
    Scene("track-waiting", "Page of a report: another body", "track:waiting/"),
    Scene("track-resolved", "Page of a report: done", "track:resolved/"),
    Scene("track-dark", "Page of a report at night", "track:resolved/", is_dark=True, languages=("pl",)),
    Scene("track-closed", "Page of a report: closed", "track:closed/"),
    Scene("track-merged", "Page of a report: joined", "track:merged/"),
    Scene("track-withdrawn", "Page of a report: withdrawn", "track:withdrawn/"),
    Scene("reopen", "Open it again", "track:resolved/reopen/"),
    Scene("reopen-errors", "Open it again, without a reason", "track:resolved/reopen/", act=acts.send),
    Scene("withdraw", "Withdraw the report", "track:asked/withdraw/"),
    Scene("wishes", "How we write to you", "track:asked/wishes/", languages=("pl", "en")),
    Scene("left", "After leaving a report", "/track/left/"),
    Scene("no-such-link", "A link that opens nothing", "/track/KON-2026-000001-0/abcdefgh12345678/"),
    Scene("sorting", "How requests are sorted", "/how-requests-are-sorted/"),
    Scene("privacy", "Privacy", "/privacy/"),
    Scene("accessibility", "Accessibility", "/accessibility/"),
    Scene("error-400", "Error 400: too much in a form", "/report/", act=acts.send_too_many_fields),
    Scene("error-403", "Error 403: a form without its cookie", "/report/", act=acts.send_without_cookie),
    Scene("error-404", "Error 404: no such page", "/there-is-no-such-page/"),
    Scene("error-429", "Error 429: too many questions", "/track/", act=acts.ask_too_often),
)
