from django.urls import path

from . import views

app_name = "agreements"

urlpatterns = [
    path("agreement/<str:match_id>/", views.agreement_detail, name="agreement-detail"),
    path("agreement/<str:match_id>/part/<str:part>/", views.part_update, name="part-update"),
    path("agreement/<str:match_id>/share/", views.agreement_share, name="agreement-share"),
    path("agreement/<str:match_id>/review/", views.agreement_review, name="agreement-review"),
    path("agreement/<str:match_id>/sign/", views.agreement_sign, name="agreement-sign"),
    path("agreement/<str:match_id>/print/", views.agreement_print, name="agreement-print"),
    path("agreement/<str:match_id>/amend/", views.agreement_amend, name="agreement-amend"),
    path("agreement/<str:match_id>/renew/", views.agreement_renew, name="agreement-renew"),
    path("agreement/<str:match_id>/committee/", views.committee_access, name="committee-access"),
    path("agreement/<str:match_id>/look-back/", views.reflection, name="reflection"),
    path("goal/<str:goal_id>/progress/", views.goal_progress, name="goal-progress"),
]
