# launch COMMAND: what a dyno's shell does before its command (heroku-behaviour.md 2.14). Signals that arrive meanwhile
# end it like the command itself. Variables of its own: none that an app could have, set or not.
# A dyno of a private space knows its address (1.5), which nobody did when its environment was made.
if [ -n "$HEROKU_DNS_DYNO_NAME" ]; then
  _dyno_address=$(
    read -r host </proc/sys/kernel/hostname
    while read -r address name; do
      if [ "$name" = "$host" ]; then
        echo "$address"
        break
      fi
    done </etc/hosts
  )
  if [ -n "$_dyno_address" ]; then export HEROKU_PRIVATE_IP="$_dyno_address"; fi
  unset _dyno_address
fi
for _dyno_script in "$HOME"/.profile.d/*.sh; do
  [ -r "$_dyno_script" ] && . "$_dyno_script"
done
unset _dyno_script
[ -s "$HOME/.profile" ] && . "$HOME/.profile"
