# What npm, yarn and pnpm do differently. `choose_package_manager` sets: manager, lockfile, cache (directory names kept
# between builds), pm (the command as an array).

has_script() { node -e 'process.exit(require(process.cwd() + "/package.json").scripts?.[process.argv[1]] ? 0 : 1)' "$1"; }

# run_script NAME [HEADING]: an absent script is none of our business.
run_script() {
  has_script "$1" || return 0
  [ -n "${2:-}" ] && heading "$2"
  detail "Running $1"
  detail ''
  # Word splitting of the flags is wanted.
  # shellcheck disable=SC2086
  if [ "$1" = build ] && [ -n "${NODE_BUILD_FLAGS:-}" ]; then
    indented "${pm[@]}" run "$1" -- $NODE_BUILD_FLAGS || fail_build "$manager run $1 failed"
  else
    indented "${pm[@]}" run "$1" || fail_build "$manager run $1 failed"
  fi
}

choose_package_manager() {
  local found=''
  for lockfile in package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml; do
    [ -f "$lockfile" ] && found="$found $lockfile"
  done
  set -- $found
  case "$*" in
    'package-lock.json npm-shrinkwrap.json') set -- npm-shrinkwrap.json ;;
  esac
  if [ $# -gt 1 ]; then
    fail_build "Conflicting lock files found: $*. Keep the one of the package manager that the app uses."
  fi
  lockfile=${1:-}
  case "$lockfile" in
    yarn.lock) manager=yarn ;;
    pnpm-lock.yaml) manager=pnpm ;;
    *) manager=npm ;;
  esac
  cache=$cache_dir/$manager
  export npm_config_cache=$cache_dir/npm YARN_CACHE_FOLDER=$cache_dir/yarn npm_config_store_dir=$cache_dir/pnpm
  mkdir -p "$cache_dir/npm" "$cache"
  pm=("$manager")
  if [ "$manager" != npm ] && ! command -v "$manager" >/dev/null; then
    local version
    version=$(package_json '/^[a-z]+@([0-9][^+]*)/.exec(require("./package.json").packageManager || "")?.[1] || ""')
    if [ -z "$version" ]; then if [ "$manager" = yarn ]; then version=1; else version=9; fi; fi
    [ "$manager" = yarn ] && case "$version" in 1 | 1.*) ;; *) pm=(npm exec --yes -- "@yarnpkg/cli-dist@$version") ;; esac
    [ "${pm[0]}" = npm ] || pm=(npm exec --yes -- "$manager@$version")
  fi
}

manager_version() { "${pm[@]}" --version 2>/dev/null | tail -n 1; }

# Without a lock file node_modules itself is what saves time; with one, the manager's own cache.
restore_cache() {
  if [ "$NODE_MODULES_CACHE" != true ]; then
    detail 'Caching has been disabled because NODE_MODULES_CACHE=false'
    rm -rf "$cache_dir"
    mkdir -p "$cache_dir/npm" "$cache"
  elif [ "$(cat "$cache_dir/node-version" 2>/dev/null)" != "$(node --version)" ]; then
    if [ -f "$cache_dir/node-version" ]; then
      detail "Cached directories were not restored due to a change in version of node"
    else
      detail 'Cache is empty'
    fi
    rm -rf "$cache_dir/node_modules"
  elif [ -z "$lockfile" ] && [ -d "$cache_dir/node_modules" ] && [ ! -e node_modules ]; then
    detail '- node_modules'
    cp -Rp "$cache_dir/node_modules" node_modules
  else
    detail "- $manager cache"
  fi
}

save_cache() {
  [ "$NODE_MODULES_CACHE" = true ] || {
    detail 'Caching has been disabled because NODE_MODULES_CACHE=false'
    rm -rf "$cache_dir"
    return 0
  }
  node --version >"$cache_dir/node-version"
  rm -rf "$cache_dir/node_modules" "$cache_dir/npm/_logs"
  if [ -z "$lockfile" ] && [ -d node_modules ]; then
    detail '- node_modules'
    cp -Rp node_modules "$cache_dir/node_modules"
  else
    detail "- $manager cache"
  fi
}

# devDependencies are there for the build, whatever NODE_ENV says.
install_dependencies() {
  case "$manager" in
    npm)
      if [ -n "$lockfile" ]; then
        detail 'Installing node modules using npm ci'
        indented npm ci --include=dev --prefer-offline || fail_build 'npm ci failed'
      else
        detail 'Installing node modules'
        indented npm install --include=dev --prefer-offline --no-package-lock || fail_build 'npm install failed'
      fi
      ;;
    yarn)
      detail 'Installing node modules (yarn.lock)'
      case "$(manager_version)" in
        1.*) indented "${pm[@]}" install --frozen-lockfile --production=false --ignore-engines --prefer-offline --non-interactive || fail_build 'yarn install failed' ;;
        *) indented "${pm[@]}" install --immutable || fail_build 'yarn install failed' ;;
      esac
      ;;
    pnpm)
      detail 'Installing node modules (pnpm-lock.yaml)'
      indented "${pm[@]}" install --prod=false --frozen-lockfile --prefer-offline || fail_build 'pnpm install failed'
      ;;
  esac
}

prune_dependencies() {
  if [ "$NODE_ENV" != production ]; then
    detail "Skipping because NODE_ENV is not 'production'"
    return 0
  fi
  case "$manager" in
    npm)
      if [ "${NPM_CONFIG_PRODUCTION:-}" = false ]; then
        detail 'Skipping because NPM_CONFIG_PRODUCTION is false'
        return 0
      fi
      indented npm prune --omit=dev --prefer-offline --no-package-lock || fail_build 'npm prune failed'
      ;;
    yarn)
      if [ "${YARN_PRODUCTION:-}" = false ]; then
        detail 'Skipping because YARN_PRODUCTION is false'
        return 0
      fi
      case "$(manager_version)" in
        1.*) indented "${pm[@]}" install --frozen-lockfile --production=true --ignore-engines --ignore-scripts --prefer-offline --non-interactive || fail_build 'yarn prune failed' ;;
        *) detail 'Skipping: not supported for this version of yarn' ;;
      esac
      ;;
    pnpm)
      if [ "${PNPM_SKIP_PRUNING:-}" = true ]; then
        detail 'Skipping because PNPM_SKIP_PRUNING is true'
        return 0
      fi
      indented "${pm[@]}" prune --prod --ignore-scripts || fail_build 'pnpm prune failed'
      ;;
  esac
}
