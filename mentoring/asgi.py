import gc
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")
application = get_asgi_application()
gc.freeze()  # what is loaded now stays; collections need not look at it again and again
