#!/usr/bin/env bash
# Types, lint, format, unit tests, sweeps and architecture rules: what a change is looked at with before it is committed.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ ! -x node_modules/.bin/node ]; then
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    cp package-lock.json node_modules/.bdap-lock
fi
export PATH="$PWD/node_modules/.bin:$PATH"

# The static checks side by side: each speaks only when it finds something.
mkdir -p .build
tsc --noEmit --incremental --tsBuildInfoFile .build/types.tsbuildinfo &
types=$!
oxlint --quiet --type-aware >/tmp/bdap-oxlint.$$ 2>&1 &
promises=$!
status=0
biome check --error-on-warnings . || status=1
wait $types || status=1
wait $promises || { cat /tmp/bdap-oxlint.$$; status=1; }
rm -f /tmp/bdap-oxlint.$$
[ $status = 0 ] || exit $status

node test/tooling/build.ts
vitest run --config .config/vitest.config.ts --project unit "$@"
