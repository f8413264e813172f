#!/bin/sh
echo "hello $1 from $(basename "$0")"
echo "said $GREETING" >&2
if [ -t 0 ]; then echo terminal; fi
exit "${2:-0}"
