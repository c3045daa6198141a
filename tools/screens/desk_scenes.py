"""The pages of people who work for the city."""

from tools.screens import acts
from tools.screens.scene import Scene

NOTICE = acts.press("#notices a.subject")
FIRST_MAIL = acts.press("table a.subject")
WAITING_MAILS = acts.press("a[href*='/desk/waiting/']")
TRY = acts.press("#words button")
CALL = acts.fill(*acts.LAMP)
STAFF = ("pl", "en")

DESK_SCENES = (
    Scene("login", "Sign in", "/login/"),
    Scene("login-errors", "Sign in, with mistakes", "/login/", act=acts.send, languages=STAFF),
    Scene("queue", "Queue of an agent", "/desk/", "agent"),
    Scene("queue-dark", "Queue at night", "/desk/", "agent", is_dark=True, languages=("pl",)),
    Scene("queue-dispatcher", "Queue of a dispatcher", "/desk/", "dispatcher", languages=STAFF),
    Scene("queue-handler", "Queue of a department", "/desk/", "handler", languages=STAFF),
    Scene("queue-filters", "Queue, narrowed", "/desk/?waiting=on&scope=all", "agent", languages=STAFF),
    Scene("queue-empty", "Queue, nothing fits", "/desk/?scope=mine&overdue=on", "agent", languages=STAFF),
    Scene(
        "queue-unknown", "A number that nobody knows", "/desk/find/?reference=KON-1", "agent", languages=STAFF
    ),
    Scene("call", "Log a contact", "/desk/call/", "agent"),
    Scene("call-filled", "Log a contact, with suggestions", "/desk/call/", "agent", CALL, languages=STAFF),
    Scene(
        "call-errors",
        "Log a contact, with mistakes",
        "/desk/call/",
        "agent",
        acts.log_nothing,
        languages=STAFF,
    ),
    Scene("logged", "Contact logged", "/desk/call/1/", "agent", languages=STAFF),
    Scene("status", "Status by phone", "/desk/call/status/", "agent"),
    Scene(
        "status-wrong",
        "Status by phone, wrong PIN",
        "/desk/call/status/",
        "agent",
        acts.say_wrong_pin,
        languages=STAFF,
    ),
    Scene(
        "status-told",
        "Status by phone, told",
        "track:planned/received/",
        "agent",
        acts.say_right_pin,
        languages=STAFF,
    ),
    Scene("contacts", "Contacts", "/desk/contacts/", "agent", languages=STAFF),
    Scene(
        "contacts-due", "Contacts, nobody to call back", "/desk/contacts/?due=on", "agent", languages=STAFF
    ),
    Scene("outbox", "Outbox, for a person", "/desk/outbox/", "agent"),
    Scene("outbox-sent", "Outbox, sent", "/desk/outbox/?fate=SENT", "agent", languages=STAFF),
    Scene("outbox-not-sent", "Outbox, not sent", "/desk/outbox/?fate=NOT_SENT", "agent", languages=STAFF),
    Scene("outbox-empty", "Outbox, an empty shelf", "/desk/outbox/?fate=DONE", "handler", languages=STAFF),
    Scene("notice", "Notice for a person", "/desk/outbox/", "agent", NOTICE, languages=STAFF),
    Scene("notice-sent", "Notice that was sent", "/desk/outbox/?fate=SENT", "agent", NOTICE, languages=STAFF),
    Scene("inbox", "Mail, for a person", "/desk/inbox/", "dispatcher", languages=("pl",)),
    Scene(
        "inbox-mail",
        "Mail that waits for a person",
        "/desk/inbox/",
        "dispatcher",
        FIRST_MAIL,
        languages=("pl",),
    ),
    Scene("inbox-rules", "Rules about senders", "/desk/inbox/rules/", "head", languages=("pl",)),
    Scene(
        "waiting",
        "Mails that wait beside a case",
        "case:asked",
        "dispatcher",
        WAITING_MAILS,
        languages=("pl",),
    ),
    Scene("case-new", "Case: new", "case:new", "dispatcher", languages=STAFF),
    Scene("case-legal", "Case: matter of law", "case:legal", "dispatcher"),
    Scene("case-letter", "Case: letter, nobody to reach", "case:letter", "dispatcher", languages=STAFF),
    Scene("case-asked", "Case: question to the resident", "case:asked", "handler"),
    Scene("case-dark", "Case at night", "case:asked", "handler", is_dark=True, languages=("pl",)),
    Scene(
        "case-narrow", "Case on the smallest phone", "case:asked", "handler", widths=(320,), languages=STAFF
    ),
    Scene("case-planned", "Case: planned, others joined", "case:planned", "handler", languages=STAFF),
    Scene("case-waiting", "Case: another body", "case:waiting", "handler", languages=STAFF),
    Scene("case-resolved", "Case: resolved", "case:resolved", "handler", languages=STAFF),
    Scene("case-closed", "Case: closed", "case:closed", "agent", languages=STAFF),
    Scene("case-merged", "Case: joined to another", "case:merged", "dispatcher", languages=STAFF),
    Scene("case-withdrawn", "Case: withdrawn", "case:withdrawn", "dispatcher", languages=STAFF),
    Scene(
        "steps-agent",
        "Steps of an agent",
        "case:letter",
        "agent",
        acts.show_all_steps,
        "#acts",
        languages=STAFF,
    ),
    Scene(
        "steps-dispatcher",
        "Steps of a dispatcher",
        "case:legal",
        "dispatcher",
        acts.show_all_steps,
        "#acts",
        languages=STAFF,
    ),
    Scene("steps-handler", "Steps of a department", "case:planned", "handler", acts.show_all_steps, "#acts"),
    Scene(
        "steps-head", "Steps of the head", "case:asked", "head", acts.show_all_steps, "#acts", languages=STAFF
    ),
    Scene(
        "steps-resolved",
        "Steps after the end",
        "case:resolved",
        "dispatcher",
        acts.show_all_steps,
        "#acts",
        languages=STAFF,
    ),
    Scene(
        "step-errors",
        "Step with mistakes",
        "case:planned",
        "handler",
        acts.send_empty("resolve"),
        languages=STAFF,
    ),
    Scene(
        "step-conflict",
        "Step on a case that has changed",
        "case:planned",
        "handler",
        acts.send_stale("classify"),
        languages=STAFF,
    ),
    Scene(
        "step-refused",
        "Step that is not possible",
        "case:resolved",
        "handler",
        acts.send_impossible,
        languages=STAFF,
    ),
    Scene("readings", "Read log", "/desk/readings/", "dpo", languages=STAFF),
    Scene(
        "readings-unknown",
        "Read log, unknown case",
        "/desk/readings/?reference=KON-1",
        "dpo",
        languages=STAFF,
    ),
    Scene("models", "Classifier", "/desk/models/", "admin", acts.rest),
    Scene(
        "models-dark",
        "Classifier at night",
        "/desk/models/",
        "admin",
        acts.rest,
        is_dark=True,
        languages=("pl",),
    ),
    Scene(
        "models-candidate",
        "Classifier, a candidate",
        "/desk/models/?version=candidate",
        "admin",
        acts.rest,
        languages=STAFF,
    ),
    Scene(
        "models-recent",
        "Classifier, nothing measured",
        "/desk/models/?on=recent",
        "admin",
        acts.rest,
        languages=STAFF,
    ),
    Scene("words", "Words of the notices", "/desk/words/", "admin", languages=("pl",)),
    Scene(
        "words-of", "Words of one notice, tried", "/desk/words/received/pl/", "admin", TRY, languages=("pl",)
    ),
    Scene("no-cases", "Desk of an analyst", "/desk/", "analyst", languages=STAFF),
    Scene("no-cases-admin", "Desk of an administrator", "/desk/", "admin", languages=STAFF),
    Scene("admin", "Administration", "/admin/", "admin", languages=STAFF),
    Scene("admin-list", "Administration: a list", "/admin/routing/category/", "admin", languages=STAFF),
)
