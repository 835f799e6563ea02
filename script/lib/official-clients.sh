# shellcheck shell=bash
# Sourced after common.sh: the official CLI and the npm package heroku-client, from the registry into a cache, once.

heroku=11.10.0 heroku_client=3.1.4
clients=${XDG_CACHE_HOME:-$HOME/.cache}/dyno-compat/heroku-$heroku-client-$heroku_client

# Tests and benchmarks find the CLI by this, and heroku-client beside it.
export DYNO_HEROKU_CLI=$clients/node_modules/.bin/heroku

# Without their install scripts, as everything here.
install_official_clients() {
  [[ -x $DYNO_HEROKU_CLI ]] && return 0
  say "Install heroku $heroku and heroku-client $heroku_client into $clients"
  rm -rf "$clients.new"
  mkdir -p "$clients.new"
  printf '{"private": true}\n' >"$clients.new/package.json"
  npm install --ignore-scripts --no-audit --no-fund --prefix "$clients.new" "heroku@$heroku" \
    "heroku-client@$heroku_client" </dev/null || return
  rm -rf "$clients"
  mv "$clients.new" "$clients"
}
