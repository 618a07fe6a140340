#!/usr/bin/env bash
# Debian packages that let every target take part: a C compiler, NumPy for goldens, a browser. Does nothing where all are there.
set -euo pipefail

missing=()
command -v clang-19 > /dev/null || missing+=(clang-19)
command -v gcc > /dev/null || missing+=(gcc libc6-dev)
python3 -c 'import numpy' 2> /dev/null || missing+=(python3-numpy)
[ -n "${PETAGRAD_CHROMIUM:-}" ] || command -v chromium > /dev/null || missing+=(chromium)

if [ ${#missing[@]} -eq 0 ]; then
  echo 'targets: nothing to install'
  exit 0
fi
echo "targets: installing ${missing[*]}"
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
