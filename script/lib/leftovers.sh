# shellcheck shell=bash
# Sourced by script/test: what a run that was killed could not remove.

# Homes of tests whose process is no more (test/support/temp-home.ts names them by it), whatever was started from
# them, dynos too, and what they have in Docker.
remove_test_leftovers() {
  local home pid left found=0
  for home in "${TMPDIR:-/tmp}"/dyno-p[0-9]*-*; do
    [[ -d $home && -O $home ]] || continue
    pid=${home##*/dyno-p} pid=${pid%%-*}
    kill -0 "$pid" 2>/dev/null && continue
    ((found++)) || say 'Remove what a killed run has left'
    # shellcheck disable=SC2013 # numbers, one a line
    for left in $(grep -lszF "=$home" /proc/[0-9]*/environ | cut -d/ -f3); do
      kill -KILL "$left" 2>/dev/null || true
    done
    if [[ -s $home/owner ]]; then remove_docker_objects "$(<"$home/owner")"; fi
    # docker-stops.integration.test.ts has an engine and a network namespace of its own.
    awk -v below="$home/" 'index($2, below) == 1 { print $2 }' /proc/mounts | xargs -r umount -l || true
    ip netns del "dyno-stops-$pid" 2>/dev/null || true
    rm -rf "$home" || true
  done
}

remove_docker_objects() {
  local filter=label=dyno.owner=$1
  docker version >/dev/null 2>&1 || return 0
  docker ps -aq --filter "$filter" | xargs -r docker rm -fv >/dev/null || true
  docker network ls -q --filter "$filter" | xargs -r docker network rm >/dev/null || true
  docker volume ls -q --filter "$filter" | xargs -r docker volume rm >/dev/null || true
  docker images -q --filter "$filter" | sort -u | xargs -r docker rmi -f >/dev/null || true
}
