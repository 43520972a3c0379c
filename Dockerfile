# The product in one image: `web` by default, `worker` and `db upgrade` by argument. Code and libraries belong to root,
# so the user that runs them cannot change them.

FROM python:3.11-slim AS wheel
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY requirements-dev.lock ./
RUN pip install --quiet --require-hashes -r requirements-dev.lock
COPY . ./
RUN pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheel .

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.lock ./
RUN pip install --quiet --require-hashes -r requirements.lock
COPY --from=wheel /wheel/ /wheel/
RUN pip install --quiet --no-deps /wheel/*.whl \
    && useradd --system --no-create-home --uid 10001 clientsync

USER 10001
ENTRYPOINT ["clientsync"]
CMD ["web"]
