from django.urls import path

from . import views

app_name = "accounts"

urlpatterns = [
    path("account/", views.settings, name="settings"),
    path(
        "account/second-address/decline/",
        views.second_address_decline,
        name="second-address-decline",
    ),
    path("account/data/", views.privacy_page, name="privacy"),
    path("account/data/export/", views.data_export, name="data-export"),
    path("account/data/erase/", views.data_erase, name="data-erase"),
]
