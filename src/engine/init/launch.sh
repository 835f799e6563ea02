# launch COMMAND: what a dyno's shell does before its command (heroku-behaviour.md 2.14). Signals that arrive meanwhile
# end it like the command itself.
# A dyno of a private space knows its address (1.5), which nobody did when its environment was made.
if [ -n "$HEROKU_DNS_DYNO_NAME" ] && [ -n "$HOSTNAME" ]; then
  while read -r address name; do
    if [ "$name" = "$HOSTNAME" ]; then export HEROKU_PRIVATE_IP="$address"; fi
  done </etc/hosts
  unset address name
fi
for script in "$HOME"/.profile.d/*.sh; do
  [ -r "$script" ] && . "$script"
done
unset script
[ -s "$HOME/.profile" ] && . "$HOME/.profile"
