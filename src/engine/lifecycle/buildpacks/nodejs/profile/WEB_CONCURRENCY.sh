# How many processes fit into the dyno's memory (heroku-behaviour.md 2.16). Sourced, so it must not exit.

# The quota is the soft limit where there is one: the hard limit is where the platform kills (R15).
dyno_memory_mb() {
  local smallest='' bytes file
  for file in /sys/fs/cgroup/memory/memory.soft_limit_in_bytes /sys/fs/cgroup/memory/memory.limit_in_bytes \
    /sys/fs/cgroup/memory.low /sys/fs/cgroup/memory.high /sys/fs/cgroup/memory.max; do
    read -r bytes 2>/dev/null <"$file" || continue
    case "$bytes" in '' | 0 | *[!0-9]*) continue ;; esac
    [ ${#bytes} -gt 15 ] && continue
    if [ -z "$smallest" ] || [ "$bytes" -lt "$smallest" ]; then smallest=$bytes; fi
  done
  if [ -z "$smallest" ] || [ $((smallest / 1048576)) -gt 129024 ]; then echo 512; else echo $((smallest / 1048576)); fi
} 2>/dev/null

export MEMORY_AVAILABLE="${MEMORY_AVAILABLE:-$(dyno_memory_mb)}"
if [ -z "${WEB_MEMORY:-}" ]; then
  if [ "$MEMORY_AVAILABLE" -gt 16384 ]; then WEB_MEMORY=2048; else WEB_MEMORY=512; fi
fi
export WEB_MEMORY
if [ -z "${WEB_CONCURRENCY:-}" ]; then
  WEB_CONCURRENCY=$((MEMORY_AVAILABLE / WEB_MEMORY))
  if [ "$WEB_CONCURRENCY" -lt 1 ] || [ "$WEB_CONCURRENCY" -gt 200 ]; then WEB_CONCURRENCY=1; fi
  export WEB_CONCURRENCY WEB_CONCURRENCY_SET_BY=heroku/nodejs
fi
unset -f dyno_memory_mb
