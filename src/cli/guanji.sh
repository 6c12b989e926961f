#!/bin/sh
# Runs the command line under the Node.js that the lock file brings, or else under the one on the PATH.
self=$(readlink -f "$0" 2>/dev/null || python3 -c 'import os,sys; print(os.path.realpath(sys.argv[1]))' "$0")
here=$(dirname "$self")
node="$here/../../node_modules/.bin/node"
[ -x "$node" ] || node=node
exec "$node" --disable-warning=ExperimentalWarning "$here/main.ts" "$@"
