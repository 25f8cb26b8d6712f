#!/usr/bin/env bash
# 100 kills and 100 power cuts of a writing store; the soak run asks for more.
set -eu
rounds=${TORTURE_ROUNDS:-100}
program=${BUILD:-build}/tests/integration/store_torture
"$program" kill "$rounds"
echo "ok kill"
"$program" power "$rounds"
echo "ok power"
