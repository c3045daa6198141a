"""What words may hold: facts and conditions on them, and nothing that runs, loads or reaches further."""

import pytest

from notifications.placeholders import NotPlain, Used, compile_words, read_placeholders


def test_it_finds_what_words_use():
    text = """{% if not facts.is_call and facts.outcome == "DONE" %}{{ facts.city }}{% endif %}
    {{ facts.ended_on|date:"j E Y" }}"""

    assert read_placeholders(text) == Used(
        frozenset({"city"}), frozenset({"ended_on"}), frozenset({"is_call", "outcome"})
    )


@pytest.mark.parametrize(
    "text",
    [
        '{% include "desk/case.html" %}',
        '{% extends "base.html" %}',
        "{% load static %}",
        "{% debug %}",
        "{% now 'Y' %}",
        "{% for x in facts.quote %}{% endfor %}",
        "{% verbatim %}{% endverbatim %}",
        '{% firstof facts.pin "x" %}',
        "{% if settings.SECRET_KEY %}x{% endif %}",
        "{% if facts.quote.text %}x{% endif %}",
        "{% if %}x{% endif %}",
        "{% else now %}",
        "{{ city }}",
        "{{ facts }}",
        "{{ facts.__class__ }}",
        "{{ facts.quote.text }}",
        '{{ facts.city|add:"x" }}',
        "{{ facts.city|safe }}",
        '{{ facts.ended_on|date:"j E Y"|upper }}',
        "{{ facts.ended_on|date:facts.city }}",
        "{{ facts.city",
        "facts.city }}",
        "{{ facts.\ncity }}",
        "{# a remark #}",
        "{% if facts.city %}without an end",
        "{% if facts.city and %}x{% endif %}",
        "{% endif %}",
    ],
)
def test_it_refuses_everything_else(text: str):
    with pytest.raises(NotPlain):
        compile_words(text)
