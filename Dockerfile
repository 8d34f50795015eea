# The gateway's image: locked requirements with hashes, no compiler, no root.
FROM python:3.12-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/hamlet \
    && /opt/hamlet/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
    && pip install --no-cache-dir --require-hashes -r requirements-build.lock
COPY . .
RUN pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/hamlet/bin/pip install --no-cache-dir --no-deps dist/*.whl

FROM python:3.12-slim-bookworm
COPY --from=build /opt/hamlet /opt/hamlet
# Any account will do: all that the gateway writes is below /site, which belongs to the site's owner.
USER 1000:1000
# See deploy/hamlet.service.
ENV MALLOC_ARENA_MAX=1
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["/opt/hamlet/bin/python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["/opt/hamlet/bin/hamlet"]
CMD ["run", "--site", "/site"]
