"""Cases in the states that the pages are looked at in, told by the services; run inside the product's settings."""

import json
import uuid
from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from cases.actors import Actor, resident, staff
from cases.keys import tracking_key
from cases.models import Case, Channel, EventKind, EventWork
from cases.services.conversation import add_note, record_reply
from cases.services.endings import confirm_case, resolve_case, withdraw_case
from cases.services.intake import Place, Report, Reporter, open_case
from cases.services.merging import merge_cases
from cases.services.waiting import wait_for
from cases.services.workflow import (
    ask_resident,
    classify_case,
    plan_work,
    route_case,
    start_work,
    take_case,
)
from cases.states import Outcome
from classifiers.gate import Hearing, compare
from classifiers.judging import Judged
from classifiers.store.models import ModelVersion
from routing.models import Category, Department, Kind, Urgency, User
from tests.browser.mail_stories import tell_mails

ANA = Reporter(name="Ana Nowak", email="ana.stories@example.org", phone="600100200")
NOBODY = Reporter()
EWA = Reporter(name="Ewa Lis", email="ewa.stories@example.org")
JAN = Reporter(name="Jan Kowalski", postal_address="ul. Dworcowa 3/7\n62-510 Konin")
OKSANA = Reporter(name="Оксана Шевчук", email="oksana.stories@example.org")
# Words of our own that no line can hold.
LONG_WORDS = (
    f"Dziewięćsetdziewięćdziesięciodziewięcionarodowościowego{'w' * 60}, "
    f"https://bip.konin.example/{'zarzadzenia-prezydenta-miasta-' * 5}2026.pdf"
)


def tell() -> None:
    """Tell every story once and print how to get to its case."""
    stories = {
        "new": _open("Nie wiem, gdzie to zgłosić: na podwórku od dawna coś brzydko pachnie.", NOBODY),
        "legal": _decide(
            _open("Skarżę się na opieszałość urzędnika.", ANA), "legal.complaint", Kind.COMPLAINT
        ),
        "asked": _asked(),
        "planned": _planned(),
        "resolved": _resolved(),
        "letter": _decide(_open("Zapadnięty chodnik przy szkole.", JAN), "road.pavement"),
        "waiting": _waiting(),
        "closed": _closed(),
        "withdrawn": _withdrawn(),
        "ukrainian": _ukrainian(),
    }
    stories["merged"] = _merged(into=stories["planned"])
    _compared_version()
    tell_mails(stories["asked"])
    print(json.dumps({name: _way_to(case) for name, case in stories.items()}))  # noqa: T201 - read by the caller


def _way_to(case: Case) -> dict[str, str]:
    participant = case.participants.order_by("id")[0]
    return {"reference": case.reference, "key": tracking_key(participant)}


def _open(description: str, reporter: Reporter, language: str = "pl") -> Case:
    now = timezone.now()
    report = Report(
        source_key=f"story:{uuid.uuid4()}",
        channel=Channel.WEB,
        description=description,
        received_at=now,
        language=language,
        place=Place(address="ul. Dworcowa 3"),
        reporter=reporter,
    )
    case = open_case(report, by=resident(None), at=now)
    # The stories are the same whatever a classifier would say to them.
    EventWork.objects.filter(event__case=case, event__kind=EventKind.RECEIVED, consumer="triage").delete()
    return case


def _decide(case: Case, category: str, kind: Kind = Kind.REPORT) -> Case:
    row = Category.objects.get(code=category)
    return classify_case(
        case_id=case.pk,
        category=row,
        kind=kind,
        urgency=Urgency.NORMAL,
        by=_login("dispatcher"),
        at=timezone.now(),
    )


def _at_work() -> Case:
    """The road office works on a hole."""
    return _passed_on(_decide(_open("Dziura w jezdni, auta omijają ją drugim pasem.", ANA), "road.pothole"))


def _passed_on(case: Case) -> Case:
    zdm = Department.objects.get(code="zdm")
    route_case(case_id=case.pk, department=zdm, by=_login("dispatcher"), at=timezone.now())
    take_case(case_id=case.pk, by=_login("handler"), at=timezone.now())
    return start_work(case_id=case.pk, by=_login("handler"), at=timezone.now())


def _asked() -> Case:
    case, handler, now = _at_work(), _login("handler"), timezone.now()
    add_note(case_id=case.pk, body="Trzeba zapytać o dokładne miejsce.", by=handler, at=now)
    until = timezone.localdate() + timedelta(days=7)
    return ask_resident(
        case_id=case.pk, question="Po której stronie ulicy?", answer_by=until, by=handler, at=now
    )


def _ukrainian() -> Case:
    """Told in Ukrainian, and with words that are longer than a line."""
    report = "Біля зупинки на вулиці Дворцовій зламана лавка, сісти неможливо."
    case, handler = _passed_on(_decide(_open(report, OKSANA, "uk"), "clean")), _login("handler")
    until, now = timezone.localdate() + timedelta(days=7), timezone.now()
    ask_resident(
        case_id=case.pk, question=f"Który to przystanek? {LONG_WORDS}", answer_by=until, by=handler, at=now
    )
    answer = f"Ławka jest naprawiona.\n\n{LONG_WORDS}"
    return resolve_case(case_id=case.pk, outcome=Outcome.DONE, answer=answer, by=handler, at=timezone.now())


def _planned() -> Case:
    case, day = _at_work(), timezone.localdate() + timedelta(days=5)
    return plan_work(case_id=case.pk, planned_for=day, note="", by=_login("handler"), at=timezone.now())


def _resolved() -> Case:
    case, handler = _asked(), _login("handler")
    record_reply(
        participant_id=case.participants.get().pk,
        body="Po stronie szkoły, zaraz za przejściem.",
        channel=Channel.WEB,
        source_key=f"story:{uuid.uuid4()}",
        at=timezone.now(),
    )
    answer = "Załataliśmy dziurę masą na gorąco. Dziękujemy za zgłoszenie."
    return resolve_case(case_id=case.pk, outcome=Outcome.DONE, answer=answer, by=handler, at=timezone.now())


def _waiting() -> Case:
    return wait_for(
        case_id=_at_work().pk,
        body="PGE Dystrybucja",
        note="Przesunięcie słupa należy do nich.",
        by=_login("handler"),
        at=timezone.now(),
    )


def _closed() -> Case:
    case = _resolved()
    return confirm_case(case_id=case.pk, by=resident(case.participants.get().pk), at=timezone.now())


def _withdrawn() -> Case:
    case = _decide(_open("Ławka przy fontannie jest złamana.", ANA), "clean")
    by = resident(case.participants.get().pk)
    return withdraw_case(case_id=case.pk, reason="Ktoś ją już naprawił.", by=by, at=timezone.now())


def _merged(into: Case) -> Case:
    """Somebody else tells of a hole that is known."""
    case = _decide(_open("Wielka dziura na Dworcowej.", EWA), "road.pothole")
    return merge_cases(case_id=case.pk, into_id=into.pk, by=_login("dispatcher"), at=timezone.now())


def _compared_version() -> None:
    """A version "candidate" with the figures of the serving one, that the gate has heard and refused."""
    serving = ModelVersion.objects.get(is_serving=True)
    right = Judged("light", is_legal=False, guess="light", probability=0.9, routed=True, may_be_legal=False)
    taken_for_another = replace(right, guess="road.pothole")
    verdict = compare(Hearing([taken_for_another] * 20, [right]), Hearing([right] * 20, [right]))
    ModelVersion.objects.create(
        version="candidate",
        path="candidate",
        manifest=serving.manifest,
        report=serving.report,
        verdict=verdict.to_dict() | {"against": serving.version},
        created_at=timezone.now(),
    )


def _login(username: str) -> Actor:
    return staff(User.objects.get(username=username))
