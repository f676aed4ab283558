from django.urls import path

from .views import goals, reading, reflections, writing

app_name = "agreements"

urlpatterns = [
    path("agreement/<str:match_id>/", reading.agreement_detail, name="agreement-detail"),
    path("agreement/<str:match_id>/part/<str:part>/", writing.part_update, name="part-update"),
    path("agreement/<str:match_id>/share/", writing.agreement_share, name="agreement-share"),
    path("agreement/<str:match_id>/review/", reading.agreement_review, name="agreement-review"),
    path("agreement/<str:match_id>/sign/", writing.agreement_sign, name="agreement-sign"),
    path("agreement/<str:match_id>/print/", reading.agreement_print, name="agreement-print"),
    path("agreement/<str:match_id>/amend/", writing.agreement_amend, name="agreement-amend"),
    path("agreement/<str:match_id>/renew/", writing.agreement_renew, name="agreement-renew"),
    path("agreement/<str:match_id>/committee/", reading.committee_access, name="committee-access"),
    path("agreement/<str:match_id>/look-back/", reflections.reflection, name="reflection"),
    path("goal/<str:goal_id>/progress/", goals.goal_progress, name="goal-progress"),
]
