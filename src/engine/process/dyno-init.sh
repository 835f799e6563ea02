#!/usr/bin/env bash
# First process of a dyno on the process engine: runs the command as Heroku does and leaves its exit status behind,
# so that a runtime which was away can still read it.
#
#   dyno-init.sh DYNO_DIRECTORY detached|attached
#   environment: the dyno's own, and DYNO_INIT_COMMAND, which the command does not see
#
# It takes no part in stopping: the engine signals every other process of the dyno by itself.
directory=$1 way=$2 command=$DYNO_INIT_COMMAND
unset DYNO_INIT_COMMAND
cd "$directory/app" || exit 126

# A handler, not "ignore": children get the default back.
trap ':' TERM HUP INT

run() {
  local script
  for script in .profile.d/*.sh; do
    # shellcheck disable=SC1090
    [ -f "$script" ] && . "./$script"
  done
  # shellcheck disable=SC1091
  [ -s .profile ] && . ./.profile
  exec bash -c "$command"
}

if [ "$way" = attached ]; then
  # In the foreground, because it owns the terminal.
  (trap - TERM HUP INT; run)
  status=$?
else
  # Job control, because bash lets other background commands ignore SIGINT. Its own messages go nowhere.
  exec 3>&2 2>/dev/null
  set -m
  (trap - TERM HUP INT; exec 2>&3 3>&-; run) &
  main=$!
  exec 3>&-
  while :; do
    wait "$main"
    status=$?
    # A trapped signal ends the wait early; then the process is still there.
    kill -0 "$main" 2>/dev/null || break
  done
fi

printf '%s\n' "$status" >"$directory/exit.new" && mv "$directory/exit.new" "$directory/exit"
