"""Pairs and scores as CSV and XLSX, without rows that a conflict of interest hides."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from matching.models import Round
from matching.spreadsheets import exports

from .pages import find_round

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _file(round_: Round, content: str | bytes, kind: str, name: str) -> HttpResponse:
    file_name = f"{round_.cohort.slug}-{round_.number}-{name}"
    return HttpResponse(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )


def pairs_csv(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    return _file(round_, exports.as_csv(exports.pairs(round_, request.user)), CSV, "pairs.csv")


def pairs_xlsx(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    return _file(round_, exports.as_xlsx(exports.pairs(round_, request.user)), XLSX, "pairs.xlsx")


def scores_csv(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    return _file(round_, exports.as_csv(exports.scores(round_, request.user)), CSV, "scores.csv")


def scores_xlsx(request: HttpRequest, public_id: str) -> HttpResponse:
    round_ = find_round(request, public_id)
    return _file(round_, exports.as_xlsx(exports.scores(round_, request.user)), XLSX, "scores.xlsx")
