#!/bin/sh
# The main job on the embedded emulator: plan, apply with region progress, plan again, status. State in a fresh folder.
set -eu
sample=${1:-manifests/tutorial}
RECONCILER_STATE_DIR=$(mktemp -d)
export RECONCILER_STATE_DIR
trap 'rm -rf "$RECONCILER_STATE_DIR"' EXIT

step() { printf '\n$ %s\n' "$*"; "$@"; }

step reconciler version
step reconciler validate "$sample"
step reconciler plan "$sample"
step reconciler apply "$sample" --yes
step reconciler plan "$sample" --detailed-exitcode
step reconciler status "$sample" --detailed-exitcode
