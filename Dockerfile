# One image for web, worker and beat; docker-compose.yml says which does what. docs/operations.md has the whole story.

FROM python:3.11-slim-trixie AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-deps --require-hashes -r requirements.txt && pip check

# What builds fonts and translations, and compresses the static files with Brotli, stays in this stage.
FROM packages AS build
COPY requirements-build.txt .
RUN pip install --no-deps --require-hashes -r requirements-build.txt && pip check
COPY . .
# Settings of production, with values that exist in this step only and are in no layer of the result.
RUN export SECRET_KEY=build TEXT_KEYS=build LINK_KEYS=build BASE_URL=https://build.invalid EMAIL_URL=smtp://build.invalid \
        STATIC_ROOT=/app/collected \
    && python manage.py build_fonts \
    && python manage.py build_messages \
    && python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf var && mkdir var

FROM python:3.11-slim-trixie
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/app/collected
# pg_dump and pg_restore of the server's version, or newer, for `manage.py backup` and `restore`.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client-17 && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 mentoring && useradd --uid 10001 --gid mentoring --no-create-home --shell /usr/sbin/nologin mentoring
COPY --from=packages /opt/venv /opt/venv
COPY --from=build /app /app
# The program belongs to root; the process may write to var only.
RUN chown mentoring:mentoring /app/var
WORKDIR /app
USER mentoring
VOLUME /app/var
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["gunicorn", "mentoring.wsgi", "--bind=0.0.0.0:8000", "--workers=2", "--threads=4", "--worker-tmp-dir=/dev/shm", "--no-control-socket", \
     "--max-requests=2000", "--max-requests-jitter=200", "--timeout=60", "--graceful-timeout=25"]
