# The production image: web and worker run from it (docker-compose.yml).
FROM python:3.11-slim-bookworm AS packages
WORKDIR /build
COPY requirements-prod.lock .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements-prod.lock

FROM python:3.11-slim-bookworm
# Pango, HarfBuzz and a Chinese font: WeasyPrint sets the papers with them.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
       libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home --shell /usr/sbin/nologin relief
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/relief
COPY manage.py ./
COPY relief relief
COPY gis gis
COPY templates templates
COPY static static
COPY fixtures fixtures
COPY locale locale
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=relief.config.settings \
    STATIC_ROOT=/srv/relief/collected \
    STATIC_FROM_SOURCE=false
# None of this needs a database or a real key: the values below exist only in this layer's command.
RUN python -m compileall -q relief gis \
    && pybabel compile -d locale -D django \
    && if ls locale/*/LC_MESSAGES/djangojs.po >/dev/null 2>&1; then \
           pybabel compile -d locale -D djangojs; fi \
    && SECRET_KEY=build-only DATABASE_URL=postgres://nobody@nowhere/none \
       python manage.py collectstatic --noinput -v 0
USER relief
EXPOSE 8000
CMD ["python", "-m", "relief.config.server", "--host", "0.0.0.0", "--port", "8000"]
