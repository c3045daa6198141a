"""The versions of the classifier, for the administrator: how good they are, which one serves, and changing that."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cases.queries.learning import corrections_until, weeks_until
from classifiers.store import serving
from classifiers.store.figures import shadow_figures
from classifiers.store.models import ModelVersion, Promotion, PromotionReason
from classifiers.store.promoting import CannotPromote, promote, read_in_shadow, roll_back, version_before
from contact_centre.desk import model_page as page
from contact_centre.desk.guard import AdminRequest, for_administrators

MOST_VERSIONS = 30


def _promote(version: str, user_id: int) -> object:
    return promote(version=version, reason=PromotionReason.BY_PERSON, at=timezone.now(), user_id=user_id)


def _shadow(version: str, _user_id: int) -> object:
    return read_in_shadow(version=version)


def _roll_back(version: str, user_id: int) -> object:
    return roll_back(at=timezone.now(), user_id=user_id, version=version)


# What may be done with a version, and what to say afterwards.
_WAYS: dict[str, tuple[Callable[[str, int], object], Any]] = {
    "promote": (_promote, gettext_lazy("This version serves from now on.")),
    "shadow": (_shadow, gettext_lazy("This version reads new cases in the shadow from now on.")),
    "rollback": (_roll_back, gettext_lazy("The version before serves again.")),
}


@require_GET
@for_administrators
def show_models(request: AdminRequest) -> HttpResponse:
    """All versions; of the one asked for (else the one in the shadow, else the serving one) all that is known."""
    versions = list(ModelVersion.objects.order_by("-created_at", "-id")[:MOST_VERSIONS])
    row = _chosen(versions, request.GET.get("version", ""))
    text_set = request.GET.get("on", page.TextSet.VALIDATION)
    if text_set not in page.TextSet.values:
        raise Http404(text_set)
    context = {
        "versions": versions,
        "row": row,
        "may_roll_back": _may_roll_back(versions),
        "text_set": text_set,
        "text_sets": page.TextSet.choices,
        "problem": serving.problem(),
        "promotions": Promotion.objects.select_related("version", "previous", "promoted_by").order_by("-id")[
            :10
        ],
        **(_figures(row, text_set) if row else {}),
        **_stream(),
    }
    return render(request, "desk/models.html", context)


@require_POST
@for_administrators
def change_model(request: AdminRequest, version: str, name: str) -> HttpResponse:
    """Let a version serve, read in the shadow, or give way to the one before; what cannot be is said on the page."""
    if name not in _WAYS:
        raise Http404(name)
    service, words = _WAYS[name]
    try:
        service(version, request.user.pk)
    except CannotPromote:
        messages.error(
            request,
            _("That is not possible: its files are gone or damaged, or there is no version before it."),
        )
    else:
        messages.success(request, words)
    return redirect("desk:models")


def _chosen(versions: list[ModelVersion], version: str) -> ModelVersion | None:
    if version:
        row = next((row for row in versions if row.version == version), None)
        if row is None:
            raise Http404(version)
        return row
    ranked = sorted(versions, key=lambda row: (not row.is_shadow, not row.is_serving))
    return ranked[0] if ranked else None


def _may_roll_back(versions: list[ModelVersion]) -> bool:
    """Whether a version served before the one that serves, and still has its files."""
    serves = next((row for row in versions if row.is_serving), None)
    before = version_before(serves)
    return before is not None and before.has_files


def _figures(row: ModelVersion, text_set: str) -> dict[str, Any]:
    names = page.Names.today()
    report = row.report.get(text_set, {})
    rows = page.category_rows(report, names)
    return {
        "report": report,
        "demands": page.demands(row, names),
        "shadow": shadow_figures(row),
        "categories": rows,
        "confusions": page.confusions(report, names),
        "category_chart": page.category_chart(rows),
        "calibration_chart": page.calibration_chart(report),
        "coverage_chart": page.coverage_chart(report),
    }


def _stream() -> dict[str, Any]:
    """What new cases look like and what people correct, whatever version is looked at."""
    names, at = page.Names.today(), timezone.now()
    weeks, corrections = weeks_until(at), corrections_until(at)
    return {
        "weeks": weeks,
        "corrections": [
            (names.of(row.code), row, names.of(row.usual) if row.usual_count else "") for row in corrections
        ],
        "drift_chart": page.drift_chart(weeks),
        "correction_chart": page.correction_chart(corrections, names),
    }
