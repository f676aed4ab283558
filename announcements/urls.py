from django.urls import path

from . import views

app_name = "announcements"

urlpatterns = [path("messages/", views.announcement_list, name="announcement-list")]
