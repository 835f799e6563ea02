# shellcheck shell=bash
# Sourced by the scripts beside this folder: set-up that is done at most once, and headings.

# The folder of the clone.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Debian puts nft, ip and dockerd there; a login that is not root's may lack them.
PATH=$PATH:/usr/sbin:/sbin

say() { printf '\n== %s\n' "$*"; }

warn() { printf '%s\n' "$*" >&2; }

# run_limited SECONDS COMMAND…: exit 124 or 137 when the time is up. Without coreutils there is no limit.
run_limited() {
  if command -v timeout >/dev/null; then timeout --kill-after=10 "$@"; else shift && "$@"; fi
}

is_linux_root() { [[ $(uname -s) == Linux && $(id -u) == 0 ]]; }

# Every `command:package` pair whose command is missing gets its Debian package; without root or apt it only tells.
install_missing() {
  local pair packages=()
  for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null || packages+=("${pair#*:}")
  done
  ((${#packages[@]})) || return 0
  if ! is_linux_root || ! command -v apt-get >/dev/null; then
    warn "missing, and not installed because this is not Debian's root: ${packages[*]}"
    return 0
  fi
  say "Install ${packages[*]}"
  # No question is asked, and (by the run level of single-user mode) no service started where systemd does not run.
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null >/dev/null
}

# node_modules as the lock says. The lock's hash is kept inside, so that a second run costs nothing.
install_node_modules() {
  # A link means somebody else's packages: `npm ci` would empty them.
  [[ -L $root/node_modules ]] && return 0
  local mark=$root/node_modules/.dyno-lock-hash hash
  hash=$(node -p 'process.version + " " + require("crypto").createHash("sha256").update(require("fs").readFileSync(process.argv[1])).digest("hex")' "$root/package-lock.json")
  [[ -f $mark && $(<"$mark") == "$hash" ]] && return 0
  say 'Install the packages of package-lock.json'
  # Scripts stay off: nothing here needs one (design, section 6), and this keeps it so.
  (cd "$root" && npm ci --ignore-scripts --no-audit --no-fund --prefer-offline </dev/null)
  printf '%s\n' "$hash" >"$mark"
}

require_node() {
  command -v node >/dev/null || {
    warn 'Node.js 20.19 or newer is needed: https://nodejs.org'
    return 1
  }
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' || {
    warn "Node.js 20.19 or newer is needed; this is $(node --version)"
    return 1
  }
}
