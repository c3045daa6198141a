import pytest

from classifiers.model import Model
from classifiers.types import Catalogue, Gazetteer
from classifiers.understand import understand


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Jestem poza biurem do 15 sierpnia. Wiadomość wysłana automatycznie.", "AUTO_REPLY"),
        ("Congratulations! You have won a prize, click here to claim your bitcoin bonus", "SPAM"),
        ("Szybka pożyczka bez BIK, pieniądze na koncie w 15 minut, kliknij link", "SPAM"),
    ],
)
def test_what_is_no_matter_for_the_city_is_marked(
    model: Model, catalogue: Catalogue, text: str, kind: str
) -> None:
    found = understand(text, catalogue=catalogue, gazetteer=Gazetteer((), ()), model=model)
    assert found.noncase is not None
    assert found.noncase.kind == kind
    assert found.noncase.words


@pytest.mark.parametrize(
    "text", ["Latarnia nie świeci przy szkole", "Dziura w jezdni", "The bus never came", "", "?"]
)
def test_a_matter_of_the_city_is_a_case_and_so_is_silence(
    model: Model, catalogue: Catalogue, text: str
) -> None:
    assert understand(text, catalogue=catalogue, gazetteer=Gazetteer((), ()), model=model).noncase is None
