# shellcheck shell=bash
# Sourced by script/test and script/bench: what they leave behind, which is nothing, and what a run that was killed did.

# Where the temporary folders of all that is started from here go. Named by this process: whoever comes later sees
# whether it still lives. Short, since sockets lie below.
own_tmpdir() {
  local parent=${TMPDIR:-/tmp}
  TMPDIR=$(mktemp -d "${parent%/}/dyno-p$$-XXXX")
  export TMPDIR
  # Some tests run as nobody, too.
  chmod 711 "$TMPDIR"
  trap 'remove_home "$TMPDIR"' EXIT
}

nothing_is_left() {
  local left
  left=$(ls -A "$TMPDIR")
  if [[ $left ]]; then
    warn "These tests left something in their temporary folder:"$'\n'"$left"
    return 1
  fi
}

# What a run has left of which the process is no more that named it: folders and what was started from there (dynos
# too), what that has in Docker, network namespaces, firewalls of bridges that are gone.
remove_test_leftovers() {
  local home
  for home in "${TMPDIR:-/tmp}"/dyno-p[0-9]*-*; do
    if [[ -d $home && -O $home ]] && is_left "${home##*/}"; then remove_left remove_home "$home"; fi
  done
  remove_strays
}

# All but the folders. At the end of a run, too: what Docker was asked for by a run that was killed a moment before this
# one began may have come into being only after the first look.
remove_strays() {
  local name
  for name in $(docker_owners); do
    if is_left "$name"; then remove_left remove_docker_objects "$name"; fi
  done
  is_linux_root || return 0
  for name in $(ip netns list 2>/dev/null | cut -d' ' -f1); do
    if is_left "$name"; then remove_left ip netns del "$name"; fi
  done
  for name in $(stray_firewalls); do
    remove_left nft delete table "${name%%:*}" "${name#*:}"
  done
}

# remove_left COMMAND… NAME
remove_left() {
  printf '(Left by a run that was killed, and removed: %s)\n' "${!#}"
  "$@" || true
}

# is_left dyno-p123-anything
is_left() {
  local pid=${1#dyno-p}
  [[ $pid != "$1" ]] || return 1
  pid=${pid%%-*}
  [[ $pid =~ ^[0-9]+$ ]] && ! kill -0 "$pid" 2>/dev/null
}

remove_home() {
  local left file
  # shellcheck disable=SC2013 # numbers, one a line
  for left in $(grep -lszF "=$1" /proc/[0-9]*/environ | cut -d/ -f3); do
    kill -KILL "$left" 2>/dev/null || true
  done
  while IFS= read -r file; do
    if [[ -s $file ]]; then remove_docker_objects "$(<"$file")"; fi
  done < <(find "$1" -maxdepth 3 -name owner -type f 2>/dev/null)
  # docker-stops.integration.test.ts has an engine of its own.
  awk -v below="$1/" 'index($2, below) == 1 { print $2 }' /proc/mounts 2>/dev/null | xargs -r umount -l || true
  rm -rf "$1" || true
}

# Owners that tests without a home give themselves (test/support/owner.ts).
docker_owners() {
  docker version >/dev/null 2>&1 || return 0
  {
    docker ps -a --format '{{.Label "dyno.owner"}}'
    docker network ls --format '{{.Label "dyno.owner"}}'
    docker volume ls --format '{{.Label "dyno.owner"}}'
    docker images -aq | sort -u | xargs -r docker image inspect --format '{{index .Config.Labels "dyno.owner"}}'
  } 2>/dev/null | grep '^dyno-p[0-9]' | sort -u || true
}

remove_docker_objects() {
  local filter=label=dyno.owner=$1
  docker version >/dev/null 2>&1 || return 0
  docker ps -aq --filter "$filter" | xargs -r docker rm -fv >/dev/null || true
  docker network ls -q --filter "$filter" | xargs -r docker network rm >/dev/null || true
  docker volume ls -q --filter "$filter" | xargs -r docker volume rm >/dev/null || true
  docker images -q --filter "$filter" | sort -u | xargs -r docker rmi -f >/dev/null || true
}

# Guards of networks (src/engine/docker/space/rules.ts) whose bridge is gone: `family:table`, a line each.
stray_firewalls() {
  local family table bridges
  bridges=$(ip -o link show type bridge 2>/dev/null | cut -d: -f2 | sed 's/^ *//; s/[^[:alnum:]]/_/g')
  nft list tables 2>/dev/null | grep -E ' dyno_(dy|br_)' | while read -r _ family table; do
    grep -qx "${table#dyno_}" <<<"$bridges" || printf '%s:%s\n' "$family" "$table"
  done || true
}
