#!/bin/bash
# Keeps one lab host running: starts systemd-nspawn, starts it again after a reboot (exit 133), ends when it is powered
# off or killed. Runs in a session of its own; `bdap lab` starts it and finds it again by its first argument.
#
# usage: keep-host.sh HOST_DIRECTORY CGROUP... -- NSPAWN_ARGUMENT...
set -u
directory=$1
shift
groups=()
while [ "$1" != -- ]; do
  groups+=("$1")
  shift
done
shift
exec >>"$directory/console.log" 2>&1 </dev/null

# Groups that the host made for itself stay empty when it ends; systemd in the next boot wants none of them.
clear_groups() {
  for group in "${groups[@]}"; do
    find "$group" -mindepth 1 -depth -type d -exec rmdir {} + 2>/dev/null
    # On a unified hierarchy, controllers turned on below would keep a process from joining the group itself.
    for controller in $(cat "$group/cgroup.subtree_control" 2>/dev/null); do
      echo "-$controller" >"$group/cgroup.subtree_control"
    done
  done
}

start_host() {
  for group in "${groups[@]}"; do
    echo "$BASHPID" >"$group/cgroup.procs" || exit 70
  done
  # Debian 13's systemd refuses any hierarchy but the unified one.
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 exec systemd-nspawn "$@"
}

failures=0
while :; do
  clear_groups
  echo "--- boot $(date -u +%FT%TZ)"
  start_host "$@" &
  pid=$!
  echo "$pid" >"$directory/.pid.tmp" && mv "$directory/.pid.tmp" "$directory/pid"
  started=$SECONDS
  wait "$pid"
  code=$?
  echo "--- ended with $code"
  rm -f "$directory/pid"
  if [ "$code" -eq 133 ]; then
    failures=0
  elif [ "$code" -eq 1 ] && [ $((SECONDS - started)) -lt 3 ] && [ "$failures" -lt 5 ]; then
    # The last boot's name, interface or root may take a moment to be released.
    failures=$((failures + 1))
    sleep 0.5
  else
    exit "$code"
  fi
done
