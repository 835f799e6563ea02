# shellcheck shell=bash
# Sourced after common.sh: a Docker Engine on a machine that has no init system to start one.

: "${root:?common.sh comes first}"

docker_log=${TMPDIR:-/tmp}/dyno-dockerd.log

docker_answers() { node "$root/script/lib/docker-version.js" >/dev/null 2>&1; }

# Leaves an engine running where one can be had: one that answers already, or on Linux as root a dockerd of our own,
# which is kept running afterwards. Returns 1, with the reason, where there is none.
ensure_docker() {
  if docker_answers; then
    return 0
  fi
  # An engine chosen by DOCKER_HOST is somebody else's to start.
  if [[ -n ${DOCKER_HOST:-} ]] || ! is_linux_root; then
    warn "$(node "$root/script/lib/docker-version.js" 2>&1 || true)"
    return 1
  fi
  install_missing dockerd:docker.io iptables:iptables || return 1
  command -v dockerd >/dev/null || return 1
  (
    # Two runs at once start one engine.
    if command -v flock >/dev/null; then flock 9; fi
    docker_answers || start_dockerd
  ) 9>"${TMPDIR:-/tmp}/dyno-dockerd.lock"
}

start_dockerd() {
  if is_running dockerd; then
    # Somebody else's engine may just be starting; a second one on the same folders would break both.
    wait_for_docker 'A dockerd is running but does not answer' && return 0
    return 1
  fi
  remove_stale_docker_files
  say "Start dockerd (it is kept running; its log is $docker_log)"
  (
    # A session and files of its own: it neither dies with this script nor keeps this script's output or lock open.
    close_inherited_files
    exec setsid dockerd >"$docker_log" 2>&1 </dev/null
  ) &
  wait_for_docker "dockerd (pid $!) does not answer"
}

close_inherited_files() {
  local file
  for file in "/proc/$BASHPID/fd"/*; do
    file=${file##*/}
    if ((file > 2)); then eval "exec $file>&-"; fi
  done
}

# is_running NAME, without pgrep, which a bare Debian lacks.
is_running() { grep -qsx "$1" /proc/[0-9]*/comm; }

# What an engine leaves behind that was ended by SIGKILL: it refuses to start beside its old pid file once the number
# belongs to another process, and waits in vain at the socket of a containerd that is gone.
remove_stale_docker_files() {
  rm -f /var/run/docker.pid /var/run/docker.sock
  if ! is_running containerd; then
    rm -rf /var/run/docker/containerd
    rm -f /run/containerd/containerd.sock /run/containerd/containerd.sock.ttrpc
  fi
}

# wait_for_docker COMPLAINT: up to 60 s.
wait_for_docker() {
  local deadline=$((SECONDS + 60))
  until docker_answers; do
    if ((SECONDS >= deadline)); then
      warn "$1 after 60 s. The end of $docker_log:"
      tail -n 30 "$docker_log" >&2 || true
      return 1
    fi
    sleep 0.3
  done
}
