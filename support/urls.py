from django.urls import path

from . import partner_pages, views

app_name = "support"

urlpatterns = [
    path("support/", views.request_list, name="request-list"),
    path("support/sent-by/<str:application_id>/", partner_pages.sent_by, name="sent-by"),
    path("support/ask/", views.request_create, name="request-create"),
    path("support/contact/", views.contact_list, name="contact-list"),
    path("support/contact/<slug:slug>/", views.contact_update, name="contact-update"),
    path("support/contact/<slug:slug>/stop/", views.contact_stop, name="contact-stop"),
    path("support/<str:request_id>/withdraw/", views.request_withdraw, name="request-withdraw"),
    path("support/<str:request_id>/helped/", views.request_helped, name="request-helped"),
    path("support/<str:request_id>/again/", views.request_again, name="request-again"),
]
