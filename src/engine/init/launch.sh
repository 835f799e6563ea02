# launch COMMAND: what a dyno's shell does before its command (heroku-behaviour.md 2.14). Signals that arrive meanwhile
# end it like the command itself.
for script in "$HOME"/.profile.d/*.sh; do
  [ -r "$script" ] && . "$script"
done
unset script
[ -s "$HOME/.profile" ] && . "$HOME/.profile"
