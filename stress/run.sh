#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the stress tests in earnest: about 10 minutes on two cores. Options of jcstress replace
# "-m quick": `stress/run.sh -m tough -t Ring`. The report is stress/target/jcstress/index.html.

set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
options=${*:--m quick}
cd "$here/.."
# Whatever else is tested on the way to the kernel's jar is tested by `mvn verify`.
exec mvn -q -B -pl stress -am -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false \
  -Dexo.stress="$options" verify
