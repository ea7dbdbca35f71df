# docs/deploy.md says how it is run. Its data are in /data, compiled functions in /cache: both are volumes.
FROM python:3.11-slim

RUN useradd --create-home --uid 10001 refract && install -d -o refract -g refract /data /cache
WORKDIR /opt/refract
COPY requirements-team.lock requirements.txt requirements-team.txt ./
COPY assets/linked_maps assets/linked_maps
# Where pip also looks. With an index of torch's builds for processors the image has 2.5 GB instead of 6.5.
ARG PIP_EXTRA_INDEX_URL
# Every file is compared with its SHA-256; the second line adds torch and the maps component, which npm builds.
RUN python -m pip install --no-cache-dir --require-hashes --no-deps -r requirements-team.lock \
    && python -m pip install --no-cache-dir --upgrade-strategy only-if-needed -r requirements-team.txt \
    && rm -rf /root/.cache /root/.npm /tmp/*
COPY . .
RUN python -m compileall -q app.py core pages

USER refract
ENV REFRACT_HOME=/data HF_HOME=/data/models NUMBA_CACHE_DIR=/cache MPLCONFIGDIR=/cache/matplotlib \
    STREAMLIT_SECRETS_FILES=/run/secrets/refract.toml
VOLUME /data /cache
EXPOSE 8501
HEALTHCHECK --start-period=60s CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=5)"]

# Inside a container, the container's own network is what keeps others out: publish the port to a proxy only.
ENTRYPOINT ["python", "-m", "streamlit", "run", "app.py", "--server.headless", "true", \
    "--server.address", "0.0.0.0", "--server.allowedHosts", "127.0.0.1"]
