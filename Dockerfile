# Madang: one image, every process of it by another command. The road is deploy/docker/README.md.
#
#   docker build --tag madang .
#   docker build --tag madang --build-arg EXTRAS="s3 monitoring" --build-arg UID=1001 .

ARG PYTHON=3.11-slim-bookworm

# What the site imports: made anew only when a requirements file changes ---------------------------
FROM docker.io/library/python:${PYTHON} AS packages

ENV PATH=/opt/madang/bin:$PATH \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_INPUT=1
WORKDIR /build
COPY requirements*.txt ./
# Which of requirements-*.txt come along: s3, monitoring, mecab, encryption.
ARG EXTRAS=""
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv /opt/madang \
    && pip install --require-hashes --requirement requirements.txt \
    && for extra in $EXTRAS; do \
        pip install --require-hashes --requirement "requirements-$extra.txt" || exit 1; \
    done \
    # Nothing is installed later: who breaks in shall not find it easy either.
    && python -m pip uninstall --yes pip setuptools

# The code, the catalogues and the static files ----------------------------------------------------
FROM packages AS site

WORKDIR /srv/madang
COPY . .
# Development settings, because they need no secret: the key they make stays behind in /tmp.
RUN export DJANGO_SETTINGS_MODULE=config.settings.dev VAR_DIR=/tmp/build STATIC_ROOT=/srv/static \
        LOG_TO_STDOUT=on \
    && python -m tools.catalogues compile \
    && python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q . \
    # Whatever the umask of who checked it out: another user reads it.
    && chmod --recursive a+rX /srv

# What runs ----------------------------------------------------------------------------------------
FROM docker.io/library/python:${PYTHON}

# The owner of the volumes. nginx of the host reaches a socket by the group: GID=33 on Debian.
ARG UID=1000
ARG GID=1000
RUN { getent group "$GID" || groupadd --gid "$GID" madang; } \
    && useradd --uid "$UID" --gid "$GID" --no-log-init --no-create-home --home-dir /tmp \
        --shell /usr/sbin/nologin madang \
    && install --directory --owner "$UID" --group "$GID" --mode 750 \
        /etc/madang /run/madang /var/lib/madang /var/log/madang

COPY --from=packages /opt/madang /opt/madang
COPY --from=site /srv/static /srv/static
COPY --from=site /srv/madang /srv/madang

ENV PATH=/opt/madang/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.prod \
    HOME=/tmp \
    LOG_TO_STDOUT=on \
    STATIC_ROOT=/srv/static \
    VAR_DIR=/var/lib/madang \
    WEB_BIND=0.0.0.0:8000
WORKDIR /srv/madang
# By number: Kubernetes cannot see from a name that it is not root.
USER ${UID}:${GID}
EXPOSE 8000

# What it is called is said last: another version leaves the layers above as they are.
ARG VERSION=unreleased
LABEL org.opencontainers.image.title="Madang" \
      org.opencontainers.image.description="A self-hosted, Korean-first home for writing together" \
      org.opencontainers.image.version="${VERSION}"

# Of the web process; compose.yaml and orchestrators have their own for the others.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "deploy.docker.healthcheck"]

# No shell in between: gunicorn is process 1 and hears SIGTERM itself.
CMD ["gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
