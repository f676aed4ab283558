from django.urls import path

from . import mail_events, views

app_name = "notifications"

urlpatterns = [
    path("go/<slug:purpose>/<str:token>/", views.go, name="go"),
    path("unsubscribe/<slug:stream>/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("mail/events/<slug:provider>/", mail_events.mail_events, name="mail-events"),
    path("settings/mail/", views.preferences_page, name="preferences"),
    path("settings/mail/works/", views.address_works, name="address-works"),
    path("settings/mail/pause/", views.preferences_pause, name="preferences-pause"),
]
