#!/usr/bin/env bash
# Types, lint, format, unit tests, sweeps and architecture rules: all that needs neither root nor a lab.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ ! -x node_modules/.bin/node ]; then
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    cp package-lock.json node_modules/.bdap-lock
fi
export PATH="$PWD/node_modules/.bin:$PATH"

tsc --noEmit
biome check --error-on-warnings .
oxlint --quiet --type-aware
node test/tooling/generate-registries.ts --check
node test/tooling/build.ts
vitest run --config .config/vitest.config.ts --project unit "$@"
