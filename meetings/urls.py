from django.urls import path

from .views import closing_talk, contact_requests, planning
from .views import meetings as views
from .views import sharing as sharing_views
from .views import statements as statement_views

app_name = "meetings"

urlpatterns = [
    path("meetings/<str:match_id>/", views.meeting_list, name="meeting-list"),
    path("meetings/<str:match_id>/new/", planning.meeting_create, name="meeting-create"),
    path("meetings/<str:match_id>/held/", views.meeting_record, name="meeting-record"),
    path("meetings/<str:match_id>/contact/", views.contact_create, name="contact-create"),
    path("meeting/<str:meeting_id>/prepare/", views.meeting_prepare, name="meeting-prepare"),
    path("meeting/<str:meeting_id>/private-note/", views.meeting_note, name="meeting-note"),
    path("meeting/<str:meeting_id>/step/<str:role>/", views.meeting_step, name="meeting-step"),
    path(
        "meeting/<str:meeting_id>/meeting.ics", planning.meeting_calendar, name="meeting-calendar"
    ),
    path("shared/<str:match_id>/", sharing_views.shared_list, name="shared-list"),
    path("shared-item/<str:item_id>/delete/", sharing_views.shared_delete, name="shared-delete"),
    path(
        "contact-request/<str:match_id>/new/",
        contact_requests.contact_request_create,
        name="contact-request-create",
    ),
    path(
        "contact-request/<str:contact_request_id>/",
        contact_requests.contact_request_answer,
        name="contact-request-answer",
    ),
    path(
        "contact-request/<str:contact_request_id>/withdraw/",
        contact_requests.contact_request_withdraw,
        name="contact-request-withdraw",
    ),
    path("calendar/", sharing_views.calendar_feed, name="calendar-feed"),
    path("calendar/renew/", sharing_views.calendar_feed_renew, name="calendar-feed-renew"),
    path("calendar/delete/", sharing_views.calendar_feed_delete, name="calendar-feed-delete"),
    path("go/calendar/<str:token>/meetings.ics", sharing_views.calendar_file, name="calendar-file"),
    path(
        "certificate/<str:match_id>/", statement_views.certificate_create, name="certificate-create"
    ),
    path("hours/<slug:slug>/<int:year>/", statement_views.hours_create, name="hours-create"),
    path(
        "statement/<str:statement_id>/", statement_views.statement_detail, name="statement-detail"
    ),
    path("statement/<str:statement_id>/pdf/", statement_views.statement_pdf, name="statement-pdf"),
    path("verify/", statement_views.statement_verify, name="statement-verify"),
    path("meeting/<str:meeting_id>/reply/", planning.meeting_reply, name="meeting-reply"),
    path("meeting/<str:meeting_id>/keep/", planning.meeting_keep, name="meeting-keep"),
    path("meeting/<str:meeting_id>/move/", planning.meeting_move, name="meeting-move"),
    path("meeting/<str:meeting_id>/cancel/", planning.meeting_cancel, name="meeting-cancel"),
    path(
        "meeting/<str:meeting_id>/closing-talk/",
        closing_talk.closing_talk_choose,
        name="closing-talk",
    ),
    path(
        "meeting/<str:meeting_id>/closing-talk/forget/",
        closing_talk.closing_talk_forget,
        name="closing-talk-forget",
    ),
    path("meeting/<str:meeting_id>/log/", views.meeting_log, name="meeting-log"),
]
