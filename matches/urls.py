from django.urls import path

from . import views

app_name = "matches"

urlpatterns = [
    path("account-recovery/", views.recovery_code, name="recovery-code"),
    path("account-recovery/<str:token>/", views.recovery_stop, name="recovery-stop"),
    path("account-merge/", views.merge_ask, name="merge-ask"),
    path("account-merge/code/", views.merge_code, name="merge-code"),
    path("account-merge/confirm/", views.merge_confirm, name="merge-confirm"),
    path("account-merge/drop/", views.merge_drop, name="merge-drop"),
    path("account-merge/yes/<str:token>/", views.merge_yes, name="merge-yes"),
    path("account-merge/stop/<str:token>/", views.merge_stop, name="merge-stop"),
    path("pair/<str:match_id>/", views.match_detail, name="match-detail"),
    path("pair/<str:match_id>/hello/", views.match_hello, name="match-hello"),
    path("pair/<str:match_id>/ending/", views.match_ending, name="match-ending"),
    path("pair/<str:match_id>/ending/talk/", views.match_talk_first, name="match-talk-first"),
    path(
        "pair/<str:match_id>/ending/committee/",
        views.match_ask_committee,
        name="match-ask-committee",
    ),
    path(
        "pair/<str:match_id>/ending/take-back/",
        views.match_ending_withdraw,
        name="match-ending-withdraw",
    ),
    path("pair/<str:match_id>/ending/end/", views.match_end, name="match-end"),
    path(
        "pair/<str:match_id>/ending/end/confirm/", views.match_end_confirm, name="match-end-confirm"
    ),
    path("pair/<str:match_id>/closing/", views.match_closing, name="match-closing"),
    path("pair/<str:match_id>/thanks/", views.match_thank_you, name="match-thank-you"),
    path(
        "pair/<str:match_id>/thanks/send/", views.match_thank_you_send, name="match-thank-you-send"
    ),
    path(
        "pair/<str:match_id>/thanks/take-back/",
        views.match_thank_you_withdraw,
        name="match-thank-you-withdraw",
    ),
    path("pair/<str:match_id>/in-touch/", views.match_keep_in_touch, name="match-keep-in-touch"),
    path("pair/<str:match_id>/pause/", views.match_pause, name="match-pause"),
    path(
        "pair/<str:match_id>/pause/confirm/", views.match_pause_confirm, name="match-pause-confirm"
    ),
    path("pair/<str:match_id>/pause/end/", views.match_pause_end, name="match-pause-end"),
    path("pair/<str:match_id>/next/", views.match_next, name="match-next"),
    path("pair/<str:match_id>/again/", views.match_mentor_again, name="match-mentor-again"),
]
