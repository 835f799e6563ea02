# PID 1 of a dyno: runs the command that it is given, passes signals on to every process of the dyno, those in sessions
# of their own too, and keeps the command's exit status. After TERM it waits for the rest; whoever still runs then is
# the dyno manager's to kill (heroku-behaviour.md 2.7). POSIX sh; only under bash does Ctrl-C of a terminal work.
#   TERM, HUP   to every process       USR1, USR2   STOP and CONT to every process

# First of all the command, while no handler is set that it could inherit. An asynchronous command would ignore INT
# and QUIT and read from /dev/null, hence the trap and the copy of stdin.
exec 3<&0
(
  trap - INT QUIT
  exec <&3 3<&-
  exec /.dyno/launch "$@"
) &
main=$!

# The engine sends no signal before it sees that TERM is caught here.
caught='' stopping=''
trap 'caught=1; kill -s HUP -- -1' HUP
trap 'caught=1; kill -s STOP -- -1' USR1
trap 'caught=1; kill -s CONT -- -1' USR2
trap 'caught=1 stopping=1; kill -s TERM -- -1' TERM
# Output stays open until the end, but what the shell itself says about killed processes is not the dyno's.
exec </dev/null 3<&- 4>&2 2>/dev/null

while :; do
  wait "$main"
  status=$?
  [ -n "$caught" ] || break
  caught=''
done
if [ -n "$stopping" ]; then
  while kill -s 0 -- -1; do sleep 0.1; done
fi
exit "$status"
