#!/bin/sh
# Starts the program this file is named after on bdap's engine: from the built tree where there is one, else from the sources.
self=$0
case $self in */*) ;; *) self=$(command -v -- "$self") ;; esac
while [ -L "$self" ]; do
  target=$(readlink "$self")
  case $target in /*) self=$target ;; *) self=${self%/*}/$target ;; esac
done
folder=${self%/*}
root=$folder/../../..
node=$root/node_modules/.bin/node
[ -x "$node" ] || node=node
program=$root/.build/compat/main.mjs
[ -f "$program" ] || program=$folder/main.ts
exec "$node" --disable-warning=ExperimentalWarning "$program" "${0##*/}" "$@"
