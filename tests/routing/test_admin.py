"""The admin: a code is given once."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from routing.models import Calendar, Category, Department, District, Group, Rule

CODED = (Calendar, Category, Department, District, Group, Rule)


@pytest.mark.parametrize("model", CODED, ids=lambda model: model.__name__)
def test_a_code_is_given_once(model):
    page = admin.site._registry[model]
    request = RequestFactory().get("/")
    assert "code" not in page.get_readonly_fields(request)
    assert "code" in page.get_readonly_fields(request, model(code="x"))
