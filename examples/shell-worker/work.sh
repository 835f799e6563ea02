#!/usr/bin/env bash
# Does one job per beat, and ends cleanly between two jobs.
set -u
trap 'stop=yes' TERM
stop=''
job=0

work() {
  job=$((job + 1))
  echo "job $job done by ${DYNO:-nobody} at $(date -u +%H:%M:%S)"
}

work
[ "${1:-}" = --once ] && exit 0
while [ -z "$stop" ]; do
  # A trap waits for the command in the foreground, but not for wait.
  sleep "${BEAT:-5}" &
  wait $!
  [ -z "$stop" ] && work
done
echo "SIGTERM received: $job jobs done, nothing half done"
kill %% 2>/dev/null
exit 0
