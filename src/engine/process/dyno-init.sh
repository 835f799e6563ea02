#!/usr/bin/env bash
# First process of a dyno on the process engine: runs the command as Heroku does and leaves its exit status behind,
# so that a runtime which was away can still read it.
#
#   dyno-init.sh DYNO_DIRECTORY       the dyno itself
#   dyno-init.sh DYNO_DIRECTORY exec  one more command in a running dyno
#   environment: the dyno's own, and DYNO_INIT_COMMAND, which the command does not see
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

[ "$way" = exec ] && run

# Writes down what comes out of a pipe, until nobody can write to it any more. It is no process of the dyno: it has a
# session of its own and carries no environment.
keep() {
  exec -c setsid "${BASH_CMDS[cat]}" 4>&- 5>&- 6<&- 7<&-
}

trap '' TERM HUP INT
# Who opens /dev/stdout on Linux opens the file behind it once more, and truncates it: so there is a pipe behind it.
out=$directory/out err=$directory/err keepers=()
if [ -f /proc/self/fd/1 ] && { hash setsid cat && mkfifo -m 600 "$out" "$err"; } 2>/dev/null; then
  # Open for both at first: then neither end waits for the other.
  exec 4<>"$out" 5<>"$err"
  exec 6<"$out" 7<"$err"
  keep <&6 &
  keepers+=($!)
  keep <&7 >&2 &
  keepers+=($!)
  exec >"$out" 2>"$err" 4>&- 5>&- 6<&- 7<&-
fi

# A handler, not "ignore": children get the default back. It waits until the command has ended.
trap ':' TERM HUP INT
# Bash tells which signal ended its child; that is not the dyno's output.
exec 3>&2 2>/dev/null
(
  trap - TERM HUP INT
  exec 2>&3 3>&-
  # SIGTERM may have come before this process was there to get it.
  [ -e "$directory/stopping" ] && exit 143
  run
)
status=$?
# Once `exit` is there the engine ends what is left of the dyno: not those two, so soon that they still look like it.
for keeper in "${keepers[@]}"; do
  for ((look = 0; look < 500; look++)); do
    { read -r name <"/proc/$keeper/comm" && [ "$name" != cat ]; } || break
    sleep 0.01
  done
done
printf '%s\n' "$status" >"$directory/exit.new" && mv "$directory/exit.new" "$directory/exit"
# The engine waits for the end of this script: then all that was written is in the files.
exec >/dev/null 3>&-
wait
exit "$status"
