# Knowledge service, action server, portal and the weizheng command: one image, the command decides.
FROM python:3.11.14-slim-bookworm

# UV_DEFAULT_INDEX: another package index; pass it with --build-arg.
ARG UV_DEFAULT_INDEX
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1 OPENBLAS_NUM_THREADS=1
WORKDIR /app

# One package is compiled here; its OpenMP runtime stays, the compiler goes. Bytecode is made now, since the user
# below may write none: each uploaded file is read by a process that would compile its parser anew.
COPY requirements.lock pyproject.toml ./
RUN apt-get update \
    && apt-get install -y --no-install-recommends build-essential libgomp1 \
    && pip install --no-cache-dir ${UV_DEFAULT_INDEX:+--index-url "$UV_DEFAULT_INDEX"} "uv>=0.13,<0.14" \
    && uv pip install --system --no-cache --no-deps --compile-bytecode --torch-backend cpu -r requirements.lock \
    && apt-get purge -y --auto-remove build-essential \
    && rm -rf /var/lib/apt/lists/*

COPY . .
RUN uv pip install --system --no-cache --no-deps --editable . \
    && python -m compileall -q core channels casework insight knowledge_base recommender staff actions apps \
    && useradd --uid 10001 --create-home weizheng \
    && install -d -o weizheng -m 0700 /state
USER weizheng
ENV WEIZHENG_HOME=/state
CMD ["weizheng", "--help"]
