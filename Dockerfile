# docs/deploy.md says how it is run. Its data are in /data, compiled functions in /cache: both are volumes.
FROM python:3.11-slim

RUN useradd --create-home --uid 10001 refract && install -d -o refract -g refract /data /cache
WORKDIR /opt/refract
COPY requirements.lock requirements.txt requirements-team.txt ./
COPY assets assets
# Every file is compared with its SHA-256; the second line adds torch and the maps component.
RUN python -m pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock \
    && python -m pip install --no-cache-dir --upgrade-strategy only-if-needed -r requirements-team.txt
COPY . .

USER refract
ENV REFRACT_HOME=/data HF_HOME=/data/models NUMBA_CACHE_DIR=/cache \
    STREAMLIT_SECRETS_FILES=/run/secrets/refract.toml
VOLUME /data /cache
EXPOSE 8501
HEALTHCHECK --start-period=60s CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=5)"]

# Inside a container, the container's own network is what keeps others out: publish the port to a proxy only.
ENTRYPOINT ["python", "-m", "streamlit", "run", "app.py", "--server.headless", "true", \
    "--server.address", "0.0.0.0", "--server.allowedHosts", "127.0.0.1"]
