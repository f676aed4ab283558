from django.urls import path

from . import views

app_name = "meetings"

urlpatterns = [
    path("meetings/<str:match_id>/", views.meeting_list, name="meeting-list"),
    path("meetings/<str:match_id>/new/", views.meeting_create, name="meeting-create"),
    path("meetings/<str:match_id>/held/", views.meeting_record, name="meeting-record"),
    path("meeting/<str:meeting_id>/reply/", views.meeting_reply, name="meeting-reply"),
    path("meeting/<str:meeting_id>/keep/", views.meeting_keep, name="meeting-keep"),
    path("meeting/<str:meeting_id>/move/", views.meeting_move, name="meeting-move"),
    path("meeting/<str:meeting_id>/cancel/", views.meeting_cancel, name="meeting-cancel"),
    path("meeting/<str:meeting_id>/log/", views.meeting_log, name="meeting-log"),
]
