"""The addresses of the pages of e-mail texts; the committee's site adds them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path

from . import overview, previews, versions, writing

View = Callable[..., HttpResponse]
ONE = "<int:pk>/<slug:kind>/<slug:language>/"


def patterns(admin_view: Callable[[View], View]) -> list[URLPattern]:
    """Return the routes, each behind `admin_view` of the site."""
    found: list[tuple[str, View, str]] = [
        ("", overview.programs_view, "email-programs"),
        ("<int:pk>/", overview.list_view, "email-texts"),
        (ONE, writing.write_view, "email-text"),
        (f"{ONE}discard/", writing.discard_view, "email-text-discard"),
        (f"{ONE}preview/", previews.preview_view, "email-text-preview"),
        (f"{ONE}preview/html/", previews.html_view, "email-text-html"),
        (f"{ONE}test/", previews.test_view, "email-text-test"),
        (f"{ONE}publish/", previews.publish_view, "email-text-publish"),
        (f"{ONE}ours/", versions.ours_view, "email-text-ours"),
        (f"{ONE}versions/", versions.versions_view, "email-text-versions"),
        (f"{ONE}versions/<int:number>/", versions.version_view, "email-text-version"),
    ]
    return [path(f"e-mails/{place}", admin_view(view), name=name) for place, view, name in found]
