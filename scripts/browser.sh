#!/usr/bin/env bash
# What the page tests need: Chromium and a Chinese font (without one a screenshot shows boxes).
set -euo pipefail

# The tests start it by this very name.
has_browser() { command -v chromium; }
has_font() { command -v fc-list && [ -n "$(fc-list :lang=zh)" ]; }

if has_browser >/dev/null && has_font >/dev/null; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "browser: installing Chromium and a Chinese font"
  export DEBIAN_FRONTEND=noninteractive
  if apt-get update -qq >/dev/null && apt-get install -y -qq chromium fonts-wqy-microhei >/dev/null; then
    exit 0
  fi
  echo "browser: apt-get could not install them; page tests are skipped" >&2
  exit 0
fi
echo "browser: page tests are skipped; to run them: apt-get install chromium fonts-wqy-microhei"
