"""Reference data in the plain Django admin. Cases are never edited here."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from routing.folding import fold
from routing.models import Calendar, Category, DayOff, Department, District, Group, Rule, Street, User

admin.site.site_header = _("Contact centre: administration")
admin.site.site_title = _("Contact centre: administration")
admin.site.index_title = _("The city's data")


class CodedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A row is known by its code, to the files, to rules and to the program: it is given once."""

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """The code, once the row exists."""
        return (*super().get_readonly_fields(request, obj), *(("code",) if obj else ()))


# What a person may do is asked when she is added, too: until it is said, she may do nothing.
_AT_WORK: Any = (_("Contact centre"), {"fields": ("role", "departments")})


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    list_display = ("username", "first_name", "last_name", "role", "is_active")
    list_filter = ("role", "departments", "is_active")
    fieldsets = (*(UserAdmin.fieldsets or ()), _AT_WORK)
    add_fieldsets = (*UserAdmin.add_fieldsets, _AT_WORK)


class WithDepartment(CodedAdmin):
    """A list with a column for the department, in few words: a relation of Django's own does not break its lines."""

    list_select_related = ("department",)

    @admin.display(description=_("department"), ordering="department__name_pl")
    def unit(self, row: Category | Rule) -> str:
        """The department by its short name."""
        return row.department.label


@admin.register(Department)
class DepartmentAdmin(CodedAdmin):
    list_display = ("code", "name_pl", "kind", "above", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("parent",)
    search_fields = ("code", "name_pl", "short_name")

    @admin.display(description=_("belongs to"), ordering="parent__name_pl")
    def above(self, row: Department) -> str:
        """The department above by its short name."""
        return row.parent.label if row.parent else ""


@admin.register(Category)
class CategoryAdmin(WithDepartment):
    # What the filters say already needs no column.
    list_display = ("code", "name_pl", "unit", "kind", "is_active")
    list_filter = ("group", "kind", "is_active")
    search_fields = ("code", "name_pl", "name_en", "name_uk")


@admin.register(Rule)
class RuleAdmin(WithDepartment):
    list_display = ("position", "code", "unit", "is_active")
    list_filter = ("is_active", "department")


@admin.register(Street)
class StreetAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("prefix", "name", "district", "is_gk")
    list_filter = ("is_gk",)
    search_fields = ("name",)

    def save_model(self, request, obj, form, change):  # type: ignore[no-untyped-def]
        obj.folded = fold(obj.name)
        super().save_model(request, obj, form, change)


@admin.register(District)
class DistrictAdmin(CodedAdmin):
    list_display = ("code", "name", "is_gk")
    list_filter = ("is_gk",)


admin.site.register([Calendar, Group], CodedAdmin)
admin.site.register(DayOff)
