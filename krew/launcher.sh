#!/bin/sh
# kubectl-compass, where it is not one executable: runs the plugin with the Node beside this file, or else with the PATH's.
set -eu
self=$0
# krew links this file by a relative path; an old macOS has no readlink -f.
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
folder=$(CDPATH='' cd -- "$(dirname "$self")" && pwd -P)
node=$folder/node
if [ ! -x "$node" ] && ! node=$(command -v node); then
  echo "kubectl compass: Node.js 22.21, 24.5 or newer is needed on the PATH, and there is none; put one there, or take an archive that brings its own: kubectl krew install compass" >&2
  exit 127
fi
exec "$node" "$folder/plugin/main.js" "$@"
