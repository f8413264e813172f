#!/usr/bin/env bash
# Everything a fresh clone needs, and nothing that is already there: Node.js and libraries, Debian packages of the lab, the build.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }

command -v npm >/dev/null || {
    echo "npm is missing. Install it first: apt-get install nodejs npm" >&2
    exit 3
}

if ! cmp -s package-lock.json node_modules/.bdap-lock; then
    say "installing libraries (npm ci)"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    cp package-lock.json node_modules/.bdap-lock
fi
export PATH="$PWD/node_modules/.bin:$PATH"

packages=(mmdebstrap systemd-container nftables iproute2 openssh-server openssh-client openssl sudo procps util-linux
    fdisk e2fsprogs python3 python3-venv tmux curl wget unzip zip xz-utils bzip2 zstd)
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if ((${#missing[@]} > 0)); then
    if [ "$(id -u)" != 0 ]; then
        echo "These Debian packages are missing: ${missing[*]}. Install them as root: apt-get install ${missing[*]}" >&2
        exit 3
    fi
    say "installing Debian packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # Services of these packages are not wanted on this machine; only their programs are.
    mkdir -p /run/bdap-set-up
    printf '#!/bin/sh\nexit 101\n' >/run/bdap-set-up/policy-rc.d
    chmod 755 /run/bdap-set-up/policy-rc.d
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        cp /run/bdap-set-up/policy-rc.d /usr/sbin/policy-rc.d
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

say "building"
node test/tooling/build.ts
