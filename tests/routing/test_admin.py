"""The administration: names in the language of the reader, and codes that are given once."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import RequestFactory
from django.utils import translation
from django.utils.functional import Promise

from routing.models import Calendar, Category, Department, District, Group, Rule

OURS = [model for model in admin.site._registry if model._meta.app_label == "routing"]
CODED = (Calendar, Category, Department, District, Group, Rule)


def test_every_model_of_the_administration_has_a_name_that_is_translated():
    assert len(OURS) > 6
    for model in OURS:
        assert isinstance(model._meta.verbose_name, Promise), model
        assert isinstance(model._meta.verbose_name_plural, Promise), model
    assert isinstance(apps.get_app_config("routing").verbose_name, Promise)


@pytest.mark.parametrize("wrong", ["categorys", "day offs"])
def test_no_plural_is_made_by_adding_an_s(wrong):
    with translation.override("en"):
        assert wrong not in {str(model._meta.verbose_name_plural) for model in OURS}


@pytest.mark.parametrize("model", CODED, ids=lambda model: model.__name__)
def test_a_code_is_given_once(model):
    page = admin.site._registry[model]
    request = RequestFactory().get("/")
    assert "code" not in page.get_readonly_fields(request)
    assert "code" in page.get_readonly_fields(request, model(code="x"))


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_field_that_a_form_or_column_shows_has_a_name_that_is_translated(model):
    fields = [*model._meta.fields, *model._meta.many_to_many]
    shown = [field for field in fields if field.editable and not field.auto_created]
    assert shown
    assert [field.name for field in shown if not isinstance(field.verbose_name, Promise)] == []


def test_the_administration_is_called_by_our_name():
    for words in (admin.site.site_header, admin.site.site_title, admin.site.index_title):
        assert isinstance(words, Promise)
        with translation.override("en"):
            assert "Django" not in str(words)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_list_has_no_more_columns_than_fit_beside_its_filters(model):
    assert len(admin.site._registry[model].list_display) <= 5
