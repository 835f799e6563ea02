#!/usr/bin/env bash
# The buildpack lifecycle (heroku-behaviour.md 6.6), the same for every engine. Runs on bash 3.2 and later.
#
# In the environment, all absolute paths:
#   BUILD_DIR       the unpacked source; what is left in it afterwards is /app of the slug
#   CACHE_DIR       kept between builds of one app; made when missing
#   ENV_DIR         one file per config var: name = key, content = value
#   BUILDPACKS_DIR  0, 1, 2, …: each an unpacked buildpack (a private, writable copy), or a file that holds the name of
#                   a built-in one; N.url, optional, holds the name to show. Missing or empty: detect a built-in one
#   RESULT_DIR      made when missing, see below
#   STACK           heroku-24
#   SOURCE_VERSION  commit or version of the source, may be empty
#   REQUEST_ID      may be empty
#   HOME            what buildpacks see as home: /app in a stack image (writable, not BUILD_DIR), else any empty
#                   directory; one is made when unset
# PATH and the variables of `passed` below reach buildpacks; nothing else of the caller's environment does.
#
# stdout is the output of the build in Heroku's words, stderr merged into it.
# Exit status 0: RESULT_DIR/default_types is the YAML that the last bin/release printed (may be empty) and
#                RESULT_DIR/detected the name that the last bin/detect printed.
# Else:          RESULT_DIR/failed_step says in one line what failed.
# TERM and INT end it and the processes of its group are the caller's to end.

passed='LANG LC_ALL TZ TMPDIR TERM
  HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy
  NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE GIT_SSL_CAINFO REQUESTS_CA_BUNDLE PIP_CERT
  NPM_CONFIG_REGISTRY NPM_CONFIG_CAFILE PIP_INDEX_URL'
contract='BUILD_DIR CACHE_DIR ENV_DIR BUILDPACKS_DIR RESULT_DIR STACK SOURCE_VERSION REQUEST_ID'

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [ -z "${DYNO_LIFECYCLE_CLEAN:-}" ]; then
  clean=(DYNO_LIFECYCLE_CLEAN=1 "PATH=$PATH" "HOME=${HOME:-}")
  for name in $passed $contract; do
    [ -n "${!name+set}" ] && clean+=("$name=${!name}")
  done
  exec env -i "${clean[@]}" bash "$here/build.sh" 2>&1
fi
unset DYNO_LIFECYCLE_CLEAN

for name in BUILD_DIR CACHE_DIR ENV_DIR RESULT_DIR STACK; do
  if [ -z "${!name:-}" ]; then
    echo "build.sh: $name is not set"
    exit 64
  fi
done

set -u
umask 022
# What buildpacks may see is exported, the rest of the contract reaches them as arguments only.
export -n BUILD_DIR CACHE_DIR ENV_DIR BUILDPACKS_DIR RESULT_DIR
export STACK SOURCE_VERSION="${SOURCE_VERSION:-}" REQUEST_ID="${REQUEST_ID:-}" PATH HOME
mkdir -p "$CACHE_DIR" "$ENV_DIR" "$RESULT_DIR" || exit 74
if [ -z "$HOME" ]; then
  HOME=$RESULT_DIR/home
  mkdir -p "$HOME"
fi
: >"$RESULT_DIR/default_types"
: >"$RESULT_DIR/detected"

# fail STEP LINE: tells the engine the step and the user the line, then ends the build.
fail() {
  echo "$1" >"$RESULT_DIR/failed_step"
  echo
  echo " !     $2"
  exit 1
}

# run BUILDPACK SCRIPT ARGUMENT…: scripts may have lost their executable bit on the way (zip files, npm pack).
run() {
  local script=$1/bin/$2
  shift 2
  if [ -x "$script" ]; then "$script" "$@"; else bash "$script" "$@"; fi
}

# builtin_copy NAME: a private copy of a built-in buildpack, because compile may write `export` into it.
builtin_copy() {
  local copy=$RESULT_DIR/buildpacks/$1
  [ -d "$here/buildpacks/$1" ] || return 1
  rm -rf "$copy"
  mkdir -p "$RESULT_DIR/buildpacks"
  cp -R "$here/buildpacks/$1" "$copy"
  echo "$copy"
}

# Two lists of the same length: directory and name of each buildpack, in order.
directories=()
names=()
given=''
if [ -n "${BUILDPACKS_DIR:-}" ] && [ -e "$BUILDPACKS_DIR/0" ]; then
  given=yes
  index=0
  while [ -e "$BUILDPACKS_DIR/$index" ]; do
    entry=$BUILDPACKS_DIR/$index
    if [ -f "$entry" ]; then
      builtin_name=$(cat "$entry")
      directory=$(builtin_copy "$builtin_name") || fail 'find the buildpack' "There is no built-in buildpack $builtin_name."
      name=heroku/$builtin_name
    else
      directory=$entry
      name=$(cat "$entry.url" 2>/dev/null || basename "$entry")
    fi
    [ -f "$directory/bin/detect" ] && [ -f "$directory/bin/compile" ] ||
      fail "use the buildpack $name" "$name is not a buildpack: it has no bin/detect and bin/compile."
    directories+=("$directory")
    names+=("$name")
    index=$((index + 1))
  done
else
  for builtin_name in nodejs procfile; do
    directory=$(builtin_copy "$builtin_name") || continue
    if run "$directory" detect "$BUILD_DIR" >/dev/null; then
      directories=("$directory")
      names=("heroku/$builtin_name")
      break
    fi
  done
  if [ ${#directories[@]} -eq 0 ]; then
    fail 'detect a buildpack' 'No default language could be detected for this app.
			HINT: This occurs when no buildpack fits the files at the root of the app: package.json or Procfile.
			Name one with --buildpack, as a directory, a git URL or the URL of a tarball.'
  fi
fi

last=$((${#directories[@]} - 1))
for index in $(seq 0 "$last"); do
  directory=${directories[$index]}
  name=${names[$index]}

  if ! label=$(run "$directory" detect "$BUILD_DIR"); then
    [ -n "$given" ] && echo "-----> App not compatible with buildpack: $name"
    [ -n "$label" ] && echo "$label" | while IFS= read -r line; do echo "       $line"; done
    fail "detect with $name" "Push rejected, $name does not fit this app."
  fi
  label=${label:-$name}
  echo "-----> $label app detected"

  run "$directory" compile "$BUILD_DIR" "$CACHE_DIR" "$ENV_DIR"
  status=$?
  if [ $status -ne 0 ]; then
    fail "compile $label app (bin/compile of $name ended with $status)" "Push rejected, failed to compile $label app."
  fi

  if [ -f "$directory/export" ] && [ "$index" -lt "$last" ]; then
    set +u
    # shellcheck disable=SC1091
    . "$directory/export"
    set -u
  fi
done

if [ -f "$directory/bin/release" ]; then
  run "$directory" release "$BUILD_DIR" >"$RESULT_DIR/default_types" ||
    fail "release with $name" "Push rejected, bin/release of $name failed."
fi
echo "$label" >"$RESULT_DIR/detected"
exit 0
