#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Takes all published figures in one go, and writes them to benchmarks/results/. Takes about 25
# minutes; as root, on a machine that does nothing else. Settings are those of README.md.

set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
exec "$here/../exo" bench all "$@"
