from django.urls import path

from .views import (
    applicant_questions,
    code_of_conduct,
    mentor_invitations,
    orientation,
    profile,
    public,
    references,
    submission,
    taking_part,
)

app_name = "applications"

urlpatterns = [
    path(
        "programs/<slug:slug>/suitability/<str:role>/", public.suitability_check, name="suitability"
    ),
    path(
        "programs/<slug:slug>/invite-a-mentor/",
        mentor_invitations.mentor_invitation_create,
        name="mentor-invitation-create",
    ),
    path("apply/<slug:slug>/<str:role>/", public.apply, name="apply"),
    path("applications/<str:public_id>/", submission.tasks, name="application-tasks"),
    path("applications/<str:public_id>/check/", submission.check, name="application-check"),
    path("applications/<str:public_id>/send/", submission.send, name="application-send"),
    path("applications/<str:public_id>/sent/", submission.sent, name="application-sent"),
    path(
        "applications/<str:public_id>/withdraw/", submission.withdraw, name="application-withdraw"
    ),
    path(
        "applications/<str:public_id>/questions/<str:question_id>/",
        applicant_questions.question,
        name="application-question",
    ),
    path(
        "applications/<str:public_id>/code/",
        code_of_conduct.code_of_conduct,
        name="application-code",
    ),
    path(
        "applications/<str:public_id>/referees/", references.referees, name="application-referees"
    ),
    path("applications/<str:public_id>/part/", taking_part.change_part, name="application-part"),
    path("applications/<str:public_id>/<slug:code>/", submission.page, name="application-page"),
    path(
        "applications/<str:public_id>/<slug:code>/find/", submission.find, name="application-find"
    ),
    path("profile/", profile.profile, name="profile"),
    path("profile/meeting/<str:public_id>/", profile.change_ways, name="profile-ways"),
    path("profile/<slug:code>/", profile.change_facts, name="profile-facts"),
    path("orientation/<str:public_id>/", orientation.overview, name="orientation"),
    path("orientation/<str:public_id>/check/", orientation.check, name="orientation-check"),
    path("orientation/<str:public_id>/<slug:code>/", orientation.module, name="orientation-module"),
]
