#!/usr/bin/env bash
# `npm run test:containers` on podman with images made from packages: see ../README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
node infra/dev/setup.mjs
"$here/make-images.sh" >&2
exec "$here/with-podman.sh" npm run test:containers -- "$@"
