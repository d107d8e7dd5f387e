# docker build -t leopard-reid . && docker run -p 8000:8000 -v leopards:/var/lib/leopard-reid leopard-reid
FROM python:3.11-slim
RUN useradd --system --create-home --uid 10001 leopard \
 && install -d -o leopard -g leopard /var/lib/leopard-reid
WORKDIR /opt/leopard-reid
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY reid ./reid
COPY service ./service
COPY weights ./weights
RUN python -m pip install --no-cache-dir -c requirements.lock \
    --extra-index-url https://download.pytorch.org/whl/cpu -e '.[postgresql]'
ENV REID_DATA_DIR=/var/lib/leopard-reid PYTHONUNBUFFERED=1
USER leopard
VOLUME /var/lib/leopard-reid
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
CMD ["leopard-reid", "serve", "--host", "0.0.0.0"]
