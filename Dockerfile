# Two stages: build an environment from the hashed locks, then run it with Python and git only, as an ordinary user,
# on a read-only root. Manifests come as a mount (or by git), state goes to /state.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY .ci/requirements.lock /locks/build.lock
COPY deploy/requirements.lock /locks/run.lock
RUN python -m venv /opt/build && /opt/build/bin/pip install --require-hashes -r /locks/build.lock
RUN python -m venv /opt/reconciler && /opt/reconciler/bin/pip install --require-hashes -r /locks/run.lock
COPY pyproject.toml README.md ./
COPY reconciler ./reconciler
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/reconciler/bin/pip install --no-deps --no-index /wheels/*.whl \
 && /opt/reconciler/bin/pip uninstall --yes pip

FROM python:3.13-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home --home-dir /home/reconciler reconciler \
 && install -d -o reconciler -g reconciler /state
COPY --from=build /opt/reconciler /opt/reconciler
ENV PATH=/opt/reconciler/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RECONCILER_STATE_DIR=/state
USER 10001:10001
WORKDIR /manifests
VOLUME ["/state"]
ENTRYPOINT ["reconciler"]
CMD ["--help"]
