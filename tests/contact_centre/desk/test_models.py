"""The administrator's page on the classifier: figures in tables and charts, and which version serves."""

import json
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Prediction
from classifiers.judging import Judged, describe
from classifiers.store import serving
from classifiers.store.models import ModelVersion, Promotion, PromotionReason, ShadowReading
from classifiers.store.promoting import promote
from classifiers.types import NO_CASE
from contact_centre.desk.charts import Chart, Series, percent
from contact_centre.desk.views.models import MOST_VERSIONS
from routing.models import Category, Role
from tests.cases.services.test_learning import decide
from tests.cast import staff_member
from tests.factories import NOW, make_case
from tests.model_files import write_model_files
from tests.readings import read_by_machine, understanding

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

MODELS = reverse("desk:models")


def judged(truth: str, guess: str, probability: float, *, routed: bool = False) -> Judged:
    return Judged(
        truth, is_legal=False, guess=guess, probability=probability, routed=routed, may_be_legal=False
    )


VALIDATION = describe(
    [
        judged("light", "light", 0.95, routed=True),
        judged("light", "road.pothole", 0.91, routed=True),
        judged("road.pothole", "road.pothole", 0.55),
        judged("gone.long.ago", NO_CASE, 0.35),
    ]
)
RECENT = describe([judged("light", "light", 0.8)])


def finding(code: str, *, is_met: bool = True, category: str = "", ours: float = 0.9) -> dict[str, Any]:
    return {"code": code, "is_met": is_met, "candidate": ours, "serving": 0.8, "category": category}


@pytest.fixture
def make_version(settings, tmp_path):
    """A version with figures; its files are whole, but nothing can be loaded from them."""
    settings.MODELS_DIR = tmp_path

    def made(name: str, *, days: int = 0, **values: Any) -> ModelVersion:
        write_model_files(tmp_path / name)
        common = {
            "manifest": {"examples": {"corrections": 12}},
            "report": {"validation": VALIDATION, "recent": RECENT},
        }
        return ModelVersion.objects.create(
            version=name, path=name, created_at=NOW + timedelta(days=days), **(common | values)
        )

    return made


@pytest.fixture
def two(make_version) -> tuple[ModelVersion, ModelVersion]:
    """ "old" serves, "new" reads in the shadow."""
    old, new = make_version("old"), make_version("new", days=1, is_shadow=True)
    promote(version="old", reason=PromotionReason.PREPARED, at=NOW)
    return old, new


@pytest.fixture
def admin(desk: Callable[[Role], Client]) -> Client:
    return desk(Role.ADMIN)


def page_of(admin: Client, **query: str) -> str:
    """The words of the page, with single spaces and without tags."""
    html = admin.get(MODELS, query).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def chart_of(admin: Client, name: str, **query: str) -> dict[str, Any]:
    html = admin.get(MODELS, query).content.decode()
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', html)
    assert found is not None
    assert f'data-chart="{name}" hidden' in html
    data: dict[str, Any] = json.loads(found[1])
    return data


def press(admin: Client, name: str, version: str) -> str:
    """What the page says after a button was pressed."""
    answer = admin.post(reverse("desk:change_model", args=[version, name]), follow=True)
    assert answer.redirect_chain == [(MODELS, 302)]
    return answer.content.decode()


def buttons(admin: Client) -> set[tuple[str, str]]:
    """The versions that can be changed on the page, and how."""
    html = admin.get(MODELS).content.decode()
    return set(re.findall(r'action="/desk/models/(\w+)/(\w+)/"', html))


def serves() -> str:
    return ModelVersion.objects.get(is_serving=True).version


# -- who may ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.ADMIN}))
def test_for_everybody_else_it_does_not_exist(desk, two, role):
    browser = desk(Role(role))
    assert browser.get(MODELS).status_code == 404
    assert browser.post(reverse("desk:change_model", args=["new", "promote"])).status_code == 404
    assert serves() == "old"
    assert MODELS not in browser.get("/desk/").content.decode()


def test_strangers_are_asked_to_sign_in(client, two):
    assert client.get(MODELS).url.startswith("/login/")
    assert client.post(reverse("desk:change_model", args=["new", "promote"])).url.startswith("/login/")
    assert serves() == "old"


def test_the_administrator_finds_it_in_the_menu_and_nobody_keeps_it(admin):
    assert MODELS in admin.get("/desk/").content.decode()
    assert "no-store" in admin.get(MODELS).headers["Cache-Control"]


# -- versions and figures ---------------------------------------------------------------------------------------


def test_without_a_version_it_says_so(admin):
    page = page_of(admin)
    assert "No version has been trained yet" in page
    assert "Nothing has served yet" in page
    assert "No case has been read" in page


def test_versions_stand_the_newest_first_with_what_they_do(admin, two, make_version):
    make_version("kept", days=-1)
    make_version("bad", days=-2, is_rejected=True)
    shutil.rmtree(make_version("bare", days=-3, report={}, manifest={}).directory)
    page = page_of(admin).split("What served when")[0]
    figures = r".*? 12 50 % 50 %, 50 %"
    rows = [
        f"new {figures} reads in the shadow",
        f"old {figures} serves",
        f"kept {figures} kept",
        f"bad {figures} rejected",
        "bare .*? 0 – – figures only",
    ]
    assert re.search(" .*?".join(rows), page)


def test_only_the_newest_are_listed(admin, make_version):
    for number in range(MOST_VERSIONS + 1):
        make_version(f"v{number}", days=number)
    assert len(admin.get(MODELS).context["versions"]) == MOST_VERSIONS


def test_it_opens_on_the_shadow_else_on_what_serves_else_on_the_newest(admin, make_version):
    for days, name in enumerate(("a", "b", "c")):
        make_version(name, days=days)
    assert admin.get(MODELS).context["row"].version == "c"
    promote(version="a", reason=PromotionReason.PREPARED, at=NOW)
    assert admin.get(MODELS).context["row"].version == "a"
    ModelVersion.objects.filter(version="b").update(is_shadow=True)
    assert admin.get(MODELS).context["row"].version == "b"
    assert admin.get(MODELS, {"version": "c"}).context["row"].version == "c"


@pytest.mark.parametrize("query", [{"version": "nothing"}, {"on": "nothing"}, {"on": "texts"}])
def test_what_is_not_there_is_not_found(admin, two, query):
    assert admin.get(MODELS, query).status_code == 404


def test_figures_stand_in_tables_by_the_names_of_the_categories(admin, two):
    page = page_of(admin)
    light, pothole = (Category.objects.get(code=code).name_en for code in ("light", "road.pothole"))
    assert "Measured on 4 texts that it had not learned from." in page
    assert f"{light} 2 100 % 50 %" in page
    assert f"{pothole} 1 50 % 100 %" in page
    # A category that is gone stands for itself; what was taken for no case is told too.
    assert "gone.long.ago 1 0 % 0 %" in page
    assert "gone.long.ago no case 1" in page
    assert f"{light} {pothole} 1" in page
    assert "93 % 50 % 2" in page


def test_a_retired_category_keeps_its_name_in_old_figures(admin, two):
    Category.objects.filter(code="light").update(is_active=False)
    assert f"{Category.objects.get(code='light').name_en} 2 100 % 50 %" in page_of(admin)


def test_recent_decisions_are_figures_of_their_own(admin, two):
    page = page_of(admin, on="recent")
    assert "Measured on 1 text that it had not learned from." in page
    assert "gone.long.ago" not in page
    assert "Nothing was mistaken." in page


def test_a_version_that_was_not_measured_says_so(admin, make_version):
    make_version("bare", report={}, manifest={})
    assert "This version has not been measured." in page_of(admin)
    assert "no decisions of people to measure on" in page_of(admin, on="recent")


def test_charts_say_what_the_tables_say(admin, two):
    categories = chart_of(admin, "chart-categories")
    assert categories["kind"] == "bar"
    assert categories["labels"][0] == "gone.long.ago"
    assert [series["values"] for series in categories["series"]] == [[0.0, 50.0, 100.0], [0.0, 100.0, 50.0]]
    calibration = chart_of(admin, "chart-calibration")
    assert calibration["labels"] == ["35 %", "55 %", "93 %"]
    assert [series["values"] for series in calibration["series"]] == [[0.0, 100.0, 50.0], [35.0, 55.0, 93.0]]
    assert [series["is_guide"] for series in calibration["series"]] == [False, True]
    coverage = chart_of(admin, "chart-coverage")
    assert len(coverage["labels"]) == 20
    assert [series["values"][0] for series in coverage["series"]] == [100.0, 50.0]


def test_the_name_of_a_category_cannot_end_the_data_of_a_chart(admin, two):
    Category.objects.filter(code="light").update(name_en="</script><script>alert(1)</script>")
    assert "</script><script>alert(1)</script>" in chart_of(admin, "chart-categories")["labels"]
    assert "<script>alert(1)" not in admin.get(MODELS).content.decode()


def test_a_share_of_nothing_is_no_point_of_a_chart():
    chart = Chart("c", "line", "Words", ["a", "b"], [Series("S", [percent(None), percent(0.1234)])])
    assert chart.data["series"] == [{"name": "S", "values": [None, 12.3], "is_guide": False}]


# -- the gate and the shadow ------------------------------------------------------------------------------------


def test_the_demands_of_the_gate_are_told_in_words_with_both_figures(admin, make_version):
    light = Category.objects.get(code="light").name_en
    findings = [
        finding("ENOUGH_DECISIONS", is_met=False, ours=12) | {"serving": 50},
        finding("RECENT"),
        finding("CATEGORY", is_met=False, category="light"),
        finding("CATEGORY", is_met=False, category=NO_CASE),
        finding("SOMETHING_NEW"),
    ]
    make_version("new", verdict={"is_better": False, "findings": findings, "against": "old"})
    page = page_of(admin)
    assert "It did not meet every demand. It serves only if you decide so." in page
    assert "Enough recent decisions to compare on no 12 50" in page
    assert "more than chance yes 90.0 % 80.0 %" in page
    assert f"Not worse in a large category: {light} no" in page
    assert "Not worse in a large category: no case no" in page
    assert "SOMETHING_NEW yes" in page


def test_a_version_that_met_every_demand_is_marked(admin, make_version):
    make_version("new", verdict={"is_better": True, "findings": [finding("RECENT")]})
    page = page_of(admin)
    assert "It met every demand: it may serve." in page
    assert "passed the gate" in page


def test_a_version_that_was_never_compared_has_no_verdict(admin, two):
    assert "What the gate found" not in page_of(admin)


def test_what_it_said_in_the_shadow_is_told(admin, two):
    for number, category in enumerate(("light", "road.pothole")):
        ShadowReading.objects.create(
            version=two[1],
            key=f"event:{number}",
            category=category,
            probability=0.9,
            would_route=True,
            served_category="light",
            served_route=False,
            read_at=NOW,
        )
    page = page_of(admin)
    assert "It read 2 new cases and named the same topic in 1." in page
    assert "It would have passed on 2; the serving version was ready to pass on 0." in page
    assert "named the same topic" not in page_of(admin, version="old")


# -- new cases --------------------------------------------------------------------------------------------------


def test_new_cases_and_what_people_corrected_are_told(admin, two):
    light, pothole = (Category.objects.get(code=code).name_en for code in ("light", "road.pothole"))
    for category in ("light", "light", "road.pothole"):
        decide(read_by_machine(make_case(), understanding(is_sure=False), is_routed=False), category)
    read_by_machine(make_case())
    # The page asks for the last twelve weeks, whatever the day of the tests is.
    Prediction.objects.update(created_at=timezone.now())
    page = page_of(admin)
    assert f"{pothole} 3 2 {light} (2)" in page
    assert "4 91 % 25 % 67 % –" in page
    assert chart_of(admin, "chart-corrections")["series"][0]["values"] == [66.7]
    assert chart_of(admin, "chart-drift")["series"][1]["values"] == [25.0]


# -- changing it ------------------------------------------------------------------------------------------------


def test_promoting_and_rolling_back(admin, two):
    assert "This version serves from now on." in press(admin, "promote", "new")
    assert serves() == "new"
    promotion = Promotion.objects.order_by("-id")[0]
    assert promotion.promoted_by == staff_member(Role.ADMIN)
    assert promotion.reason == PromotionReason.BY_PERSON
    page = page_of(admin).split("What served when")[-1]
    assert "new old promoted by a person adam" in page
    assert "The version before serves again." in press(admin, "rollback", "new")
    assert serves() == "old"


def test_pressing_twice_rolls_back_once(admin, two, make_version):
    make_version("newest", days=2)
    press(admin, "promote", "new")
    press(admin, "promote", "newest")
    press(admin, "rollback", "newest")
    assert "That is not possible" in press(admin, "rollback", "newest")
    assert serves() == "new"


def test_letting_a_version_read_in_the_shadow(admin, two, make_version):
    make_version("third")
    assert "in the shadow from now on" in press(admin, "shadow", "third")
    assert ModelVersion.objects.get(is_shadow=True).version == "third"
    assert serves() == "old"


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("promote", "bare"),
        ("promote", "nothing"),
        ("shadow", "old"),
        ("rollback", "old"),
        ("rollback", "new"),
    ],
)
def test_what_cannot_be_is_said_on_the_page(admin, two, make_version, name, version):
    shutil.rmtree(make_version("bare").directory)
    assert "That is not possible" in press(admin, name, version)
    assert serves() == "old"
    assert ModelVersion.objects.get(is_shadow=True).version == "new"


@pytest.mark.parametrize("name", ["promote", "shadow"])
def test_a_damaged_version_is_refused_on_the_page(admin, two, make_version, name):
    (make_version("damaged").directory / "lexicon.json").write_text("{}")
    assert "its files are gone or damaged" in press(admin, name, "damaged")
    assert serves() == "old"
    assert ModelVersion.objects.get(is_shadow=True).version == "new"


def test_there_is_no_other_way_and_none_by_looking(admin, two):
    assert admin.post(reverse("desk:change_model", args=["new", "delete"])).status_code == 404
    assert admin.get(reverse("desk:change_model", args=["new", "promote"])).status_code == 405
    assert admin.post(MODELS).status_code == 405
    assert serves() == "old"


def test_only_buttons_that_can_be_pressed_are_there(admin, two, make_version):
    shutil.rmtree(make_version("bare").directory)
    # Nothing served before the first one, so there is nothing to roll back to.
    assert buttons(admin) == {("new", "promote")}
    press(admin, "promote", "new")
    assert buttons(admin) == {("new", "rollback"), ("old", "promote"), ("old", "shadow")}
    shutil.rmtree(two[0].directory)
    assert buttons(admin) == set()


# -- a version that is broken -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("fresh_process")
def test_the_product_runs_with_a_broken_version_and_the_page_says_why(desk, client, make_version):
    make_version("broken", is_serving=True)
    assert serving.current() is None
    serving._holder.wait_for_loading(30)
    assert client.get("/").status_code == 200
    assert client.get("/how-requests-are-sorted/").status_code == 200
    agent = desk(Role.AGENT)
    assert (
        agent.post(reverse("desk:suggest"), {"said": "Latarnia nie świeci", "language": "pl"}).status_code
        == 200
    )
    page = page_of(desk(Role.ADMIN))
    assert "New requests wait for people. The reason:" in page
    assert "cannot be read" in page
