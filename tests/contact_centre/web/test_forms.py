"""Every form of ours is drawn with labels, help and errors tied to its fields."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template.loader import render_to_string
from django.utils import translation
from pytest_django.asserts import assertHTMLEqual

from contact_centre.web.forms import CityRenderer


class Sample(forms.Form):
    what = forms.CharField(
        label="What", help_text="In your <own> words", max_length=500, widget=forms.Textarea
    )
    mail = forms.EmailField(label="Mail", required=False)
    how = forms.ChoiceField(
        label="How",
        help_text="One of two",
        choices=[("M", "By mail"), ("T", "By phone")],
        widget=forms.RadioSelect,
    )
    group = forms.ChoiceField(label="Group", choices=[("A", "a")])
    tell = forms.BooleanField(label="Tell me", required=False)
    photo = forms.FileField(label="Photo", required=False)
    token = forms.CharField(widget=forms.HiddenInput, initial="t")


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def opening_tag(html, **attributes):
    """The one opening tag that has these attributes."""
    wanted = [f'{name}="{value}"' for name, value in attributes.items()]
    found = [tag for tag in re.findall(r"<[a-z][^>]*>", html) if all(part in tag for part in wanted)]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("name", "css"),
    [
        ("what", "form-control"),
        ("mail", "form-control"),
        ("photo", "form-control"),
        ("group", "form-select"),
        ("tell", "form-check-input"),
    ],
)
def test_a_widget_has_the_class_of_its_shape_and_a_label(name, css):
    html = str(Sample())
    assert f'class="{css}"' in opening_tag(html, id=f"id_{name}")
    assert f'<label for="id_{name}">' in html


def test_a_hidden_field_has_no_class_and_no_label():
    html = str(Sample())
    assert "class" not in opening_tag(html, id="id_token")
    assert 'for="id_token"' not in html


def test_a_field_is_described_by_its_help_and_its_error():
    html = str(Sample({}))
    assert 'aria-describedby="id_what_helptext id_what_error"' in opening_tag(html, name="what")
    assert 'aria-invalid="true"' in opening_tag(html, name="what")
    assert 'role="alert"' in opening_tag(html, id="id_what_error")
    assert "In your &lt;own&gt; words" in html


def test_a_group_of_choices_is_described_as_a_whole():
    html = str(Sample({}))
    assert 'aria-describedby="id_how_helptext id_how_error"' in opening_tag(html, id="id_how")
    assert '<label for="id_how_1">By phone</label>' in html


def test_only_an_optional_field_says_so():
    html = str(Sample()["mail"].as_field_group())
    assert "(optional)" in html
    assert "(optional)" not in Sample()["what"].as_field_group()
    assert "(optional)" not in Sample()["tell"].as_field_group()


def test_what_was_typed_comes_back_escaped_and_kept():
    html = str(Sample({"what": "", "mail": '"><script>'}))
    assert 'value="&quot;&gt;&lt;script&gt;"' in html


def test_the_error_summary_links_to_every_field_that_is_wrong():
    html = render_to_string("web/_error_summary.html", {"form": Sample({"mail": "x"})})
    assert re.findall(r'href="#(\w+)"', html) == ["id_what", "id_mail", "id_how", "id_group"]
    assert "token" not in html
    assert html.count("<li>") == 5


def test_there_is_no_summary_without_an_error():
    assert render_to_string("web/_error_summary.html", {"form": Sample()}).strip() == ""


def test_a_long_text_counts_and_a_file_field_lists():
    html = str(Sample())
    opening_tag(html, **{"data-counter-for": "id_what"})
    opening_tag(html, **{"data-file-list": "id_photo"})


def test_a_list_of_choices_is_drawn_as_django_draws_it():
    choices = [("", "any"), ("Roads & <bridges>", [("a", "Hole"), ('b"', "<i>Kerb</i>")]), (7, "Seven")]
    field = forms.Select(choices=choices)
    ours, djangos = (
        field.render("what", 'b"', {"id": "id_what"}, renderer=renderer)
        for renderer in (CityRenderer(), DjangoTemplates())
    )
    assertHTMLEqual(ours, djangos)
    assert 'value="b&quot;" selected' in ours
