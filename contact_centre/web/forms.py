"""How a form looks everywhere: our field template, Bootstrap's classes on widgets, errors tied to fields.

Set ``FORM_RENDERER = "contact_centre.web.forms.CityRenderer"`` and install ``django.forms``."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

SELF_DRAWN = (forms.RadioSelect, forms.CheckboxSelectMultiple)


class CityBoundField(BoundField):
    """A field that knows what its template asks: which shape it has and where an error link leads."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Add the CSS class of the widget's shape, and a description by help text and errors to groups too."""
        widget = widget or self.field.widget
        built = super().build_widget_attrs(attrs, widget)
        classes = [str(widget.attrs.get("class", "")), css_class(widget)]
        if self.errors and not widget.is_hidden:
            classes.append("is-invalid")
        if joined := " ".join(name for name in classes if name):
            built["class"] = joined
        return built

    @property
    def is_checkbox(self) -> bool:
        """One box with its label beside it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_choice_group(self) -> bool:
        """Radio buttons or several boxes under one legend."""
        return isinstance(self.field.widget, SELF_DRAWN)

    @property
    def is_file(self) -> bool:
        """A file input, under which the chosen files are listed."""
        return isinstance(self.field.widget, forms.FileInput)

    @property
    def has_counter(self) -> bool:
        """A long text with a limit, under which the characters left are told."""
        return isinstance(self.field.widget, forms.Textarea) and "maxlength" in self.field.widget.attrs

    @property
    def changing_mark(self) -> str | None:
        """What stands beside the label while another field decides whether this one may stay empty; else None."""
        return getattr(self.field, "changing_mark", None)

    @property
    def link_id(self) -> str:
        """The id an error summary links to: the input, or the group that holds several."""
        return self.id_for_label or self.auto_id


class CityRenderer(TemplatesSetting):
    """Renders forms with our templates; templates of a project or an app may still override them."""

    form_template_name = "web/_form.html"
    field_template_name = "web/_field.html"
    bound_field_class = CityBoundField


def css_class(widget: forms.Widget) -> str:
    """Bootstrap's class for a widget; empty for one that is hidden."""
    if widget.is_hidden:
        return ""
    if isinstance(widget, (forms.CheckboxInput, *SELF_DRAWN)):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"
