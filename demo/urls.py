"""The site's addresses and one more, used as ROOT_URLCONF by a demonstration only."""

from django.urls import path

from mentoring.urls import handler429 as handler429
from mentoring.urls import urlpatterns as site_urlpatterns

from . import views

urlpatterns = [
    path("demo/sign-in/<slug:role>/", views.sign_in, name="demo-sign-in"),
    *site_urlpatterns,
]
