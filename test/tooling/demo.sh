#!/usr/bin/env bash
# The main job on one machine: six blank servers of a virtual data centre become a site. Run again, it changes nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "$(id -u)" != 0 ]; then
    echo "The demo boots real hosts in namespaces and needs root." >&2
    exit 3
fi
bash test/tooling/set-up.sh
export PATH="$PWD/node_modules/.bin:$PATH"
exec node .build/installer/main.js demo --site "${BDAP_SITE:-$PWD/.demo/site}"
