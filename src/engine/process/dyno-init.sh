#!/usr/bin/env bash
# First process of a dyno on the process engine: runs the command as Heroku does and leaves its exit status behind,
# so that a runtime which was away can still read it.
#
#   dyno-init.sh DYNO_DIRECTORY       the dyno itself
#   dyno-init.sh DYNO_DIRECTORY exec  one more command in a running dyno
#   environment: the dyno's own, and DYNO_INIT_COMMAND, which the command does not see
#   3: closed when signals may come
#
# It takes no part in stopping: the engine signals every other process of the dyno by itself.
directory=$1 way=${2:-} command=$DYNO_INIT_COMMAND
unset DYNO_INIT_COMMAND
cd "$directory/app" || exit 126

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

# Where output goes; nothing for a terminal, and where there is no /proc.
target=
[ -f /proc/self/fd/1 ] && target='file'
[ -S /proc/self/fd/1 ] && target='socket'
[ "$way" = exec ] && [ "$target" != socket ] && run

# Passes on what comes out of a pipe, until nobody can write to it any more. It is no process of the dyno: it has a
# session of its own and carries no environment.
keep() {
  exec -c setsid "${BASH_CMDS[cat]}" 3>&- 4>&- 5>&- 6<&- 7<&-
}

trap '' TERM HUP INT
# Who opens /dev/stdout on Linux opens what is behind it once more: a file would be truncated, a socket cannot be opened.
# So there is a pipe behind it.
keepers=()
if [ -n "$target" ] && hash setsid cat 2>/dev/null; then
  # A pipe of its own is what bash makes for <(…); 4 and 5 are both ends, 6 and 7 where they are read.
  exec 4<> <(:) 5<> <(:)
  exec 6</proc/self/fd/4 7</proc/self/fd/5
  keep <&6 &
  keepers=($!)
  if [ "$target" = file ]; then
    keep <&7 >&2 &
    keepers+=($!)
    exec 2>/proc/self/fd/5
  else
    # Its client reads both as one.
    exec 2>/proc/self/fd/4
  fi
  # No signal for the dyno may meet them: until they are what they shall be they look like the dyno's.
  for keeper in "${keepers[@]}"; do
    while read -r name <"/proc/$keeper/comm" && [ "$name" != cat ]; do read -rt 0.002 -u 4; done
  done 2>/dev/null
  exec >/proc/self/fd/4 4>&- 5>&- 6<&- 7<&-
fi

exec 3>&-
# A handler, not "ignore": children get the default back. It waits until the command has ended.
trap ':' TERM HUP INT
# Bash tells which signal ended its child; that is not the dyno's output.
exec 3>&2 2>/dev/null
(
  trap - TERM HUP INT
  exec 2>&3 3>&-
  # The signal may have come before this process was there to get it.
  if [ "$way" != exec ]; then
    [ -e "$directory/killed" ] && exit 137
    [ -e "$directory/stopping" ] && exit 143
  fi
  run
)
status=$?
if [ "$way" != exec ]; then
  printf '%s\n' "$status" >"$directory/exit.new" && mv "$directory/exit.new" "$directory/exit"
fi
exec >/dev/null 3>&-
# The engine waits for the end of this script: then all that was written is in the files.
[ "$target" = file ] && wait
exit "$status"
