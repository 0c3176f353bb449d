#!/bin/sh
# Rasa in its container: the keys that `weizheng init` made reach it by the environment, never by the command line.
set -eu
SERVICE_TOKEN=$(cat /state/keys/service_token)
RASA_TOKEN=$(cat /state/keys/rasa_token)
export SERVICE_TOKEN RASA_TOKEN
exec python -m rasa run -i 0.0.0.0 -p 5005 \
  --endpoints endpoints.yml --credentials credentials.yml --model /app/models/dialogue.tar.gz
