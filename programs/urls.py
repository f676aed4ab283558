from django.urls import path

from .views import applying, orientation, public

app_name = "programs"

urlpatterns = [
    path("", public.welcome, name="welcome"),
    path("programs/<slug:slug>/", public.program_detail, name="program-detail"),
    path(
        "programs/<slug:slug>/suitability/<str:role>/", public.suitability_check, name="suitability"
    ),
    path("apply/<slug:slug>/<str:role>/", public.apply, name="apply"),
    path("applications/<str:public_id>/", applying.tasks, name="application-tasks"),
    path("applications/<str:public_id>/check/", applying.check, name="application-check"),
    path("applications/<str:public_id>/send/", applying.send, name="application-send"),
    path("applications/<str:public_id>/sent/", applying.sent, name="application-sent"),
    path("applications/<str:public_id>/withdraw/", applying.withdraw, name="application-withdraw"),
    path("applications/<str:public_id>/<slug:code>/", applying.page, name="application-page"),
    path("orientation/<str:public_id>/", orientation.overview, name="orientation"),
    path("orientation/<str:public_id>/check/", orientation.check, name="orientation-check"),
    path("orientation/<str:public_id>/<slug:code>/", orientation.module, name="orientation-module"),
]
