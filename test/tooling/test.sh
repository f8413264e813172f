#!/usr/bin/env bash
# Every test: the checks, the unit tests, those that start programs of their own, and those on real hosts of a lab. Does its own set-up; asks nothing.
set -uo pipefail
cd "$(dirname "$0")/../.."
bash test/tooling/set-up.sh || exit $?
export PATH="$PWD/node_modules/.bin:$PATH"

if [ "$(id -u)" != 0 ]; then
    echo "The lab tests boot real hosts in namespaces and need root: run npm test as root, or npm run check for the rest." >&2
    exit 3
fi

status=0
bash test/tooling/check.sh --reporter=default --reporter=json --outputFile.json=.build/unit-results.json || status=1
vitest run --config .config/vitest.config.ts --project process \
    --reporter=default --reporter=json --outputFile.json=.build/process-results.json || status=1
vitest run --config .config/vitest.config.ts --project lab \
    --reporter=default --reporter=json --outputFile.json=.build/lab-results.json || status=1
node test/tooling/summary.ts .build/unit-results.json .build/process-results.json .build/lab-results.json || status=1
exit $status
