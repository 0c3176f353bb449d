# Rasa with its own Python and lock file; the dialogue model is trained into the image.
FROM python:3.10.19-slim-bookworm

# UV_DEFAULT_INDEX: another package index; pass it with --build-arg.
ARG UV_DEFAULT_INDEX
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1 OPENBLAS_NUM_THREADS=1 \
    RASA_TELEMETRY_ENABLED=false LOG_LEVEL=ERROR TF_CPP_MIN_LOG_LEVEL=3 SQLALCHEMY_SILENCE_UBER_WARNING=1
WORKDIR /app/bot

COPY bot/requirements.lock ./
RUN apt-get update \
    && apt-get install -y --no-install-recommends build-essential \
    && pip install --no-cache-dir ${UV_DEFAULT_INDEX:+--index-url "$UV_DEFAULT_INDEX"} "uv>=0.13,<0.14" \
    && uv pip install --system --no-cache --no-deps -r requirements.lock \
    && apt-get purge -y --auto-remove build-essential \
    && rm -rf /var/lib/apt/lists/*

COPY bot ./
COPY docker/rasa.sh /app/rasa.sh
RUN python -m rasa train --fixed-model-name dialogue --out /app/models \
    && useradd --uid 10001 --create-home weizheng
USER weizheng
CMD ["sh", "/app/rasa.sh"]
