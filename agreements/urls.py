from django.urls import path

from .views import (
    comments,
    expectations,
    goal_reviews,
    goals,
    reading,
    reflections,
    writing,
)

app_name = "agreements"

urlpatterns = [
    path("agreement/<str:match_id>/", reading.agreement_detail, name="agreement-detail"),
    path("agreement/<str:match_id>/part/<str:part>/", writing.part_update, name="part-update"),
    path(
        "agreement/<str:match_id>/expectations/",
        expectations.expectation_exchange,
        name="expectation-exchange",
    ),
    path("agreement/<str:match_id>/share/", writing.agreement_share, name="agreement-share"),
    path("agreement/<str:match_id>/review/", reading.agreement_review, name="agreement-review"),
    path("agreement/<str:match_id>/sign/", writing.agreement_sign, name="agreement-sign"),
    path("agreement/<str:match_id>/print/", reading.agreement_print, name="agreement-print"),
    path("agreement/<str:match_id>/pdf/", reading.agreement_pdf, name="agreement-pdf"),
    path("agreement/<str:match_id>/amend/", writing.agreement_amend, name="agreement-amend"),
    path("agreement/<str:match_id>/discard/", writing.agreement_discard, name="agreement-discard"),
    path("agreement/<str:match_id>/renew/", writing.agreement_renew, name="agreement-renew"),
    path("agreement/<str:match_id>/committee/", reading.committee_access, name="committee-access"),
    path("agreement/<str:match_id>/look-back/", reflections.reflection, name="reflection"),
    path("goals/<str:match_id>/", goals.goal_list, name="goal-list"),
    path("goals/<str:match_id>/new/", goals.goal_create, name="goal-create"),
    path("goals/<str:match_id>/learning/", goals.learning_goal_create, name="learning-goal-create"),
    path("goals/<str:match_id>/review/", goal_reviews.goal_review, name="goal-review"),
    path("goal/<str:goal_id>/", goals.goal_detail, name="goal-detail"),
    path("goal/<str:goal_id>/change/", goals.goal_update, name="goal-update"),
    path(
        "agreement/<str:match_id>/part/<str:part>/comment/",
        comments.comment_create,
        name="comment-create",
    ),
    path(
        "agreement/<str:match_id>/part/<str:part>/suggest/",
        comments.suggestion_create,
        name="suggestion-create",
    ),
    path("comment/<str:comment_id>/", comments.comment_detail, name="comment-detail"),
    path("comment/<str:comment_id>/answer/", comments.comment_answer, name="comment-answer"),
    path("comment/<str:comment_id>/accept/", comments.comment_accept, name="comment-accept"),
    path(
        "comment/<str:comment_id>/set-aside/",
        comments.comment_set_aside,
        name="comment-set-aside",
    ),
    path("comment/<str:comment_id>/withdraw/", comments.comment_withdraw, name="comment-withdraw"),
    path("goal/<str:goal_id>/progress/", goals.goal_progress, name="goal-progress"),
    path("goal/<str:goal_id>/reached/", goals.goal_reach, name="goal-reach"),
    path("goal/<str:goal_id>/steps/", goals.step_create, name="step-create"),
    path("goal-step/<str:step_id>/done/", goals.step_done, name="step-done"),
    path("goal-step/<str:step_id>/move/", goals.step_move, name="step-move"),
    path("goal-step/<str:step_id>/remove/", goals.step_remove, name="step-remove"),
    path("goal-step/<str:step_id>/restore/", goals.step_restore, name="step-restore"),
]
