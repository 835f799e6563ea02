# layered.sh DYNO_DIRECTORY COMMAND...: in a mount namespace of its own, runs a command that sees in app/ the files of
# the slug, under a layer of the dyno's own that takes what it changes. POSIX sh.
cd "$1" || exit 126
# Relative, for nothing in a path needs to be escaped then.
mount -t overlay -o lowerdir=slug,upperdir=layer/upper,workdir=layer/work overlay app || exit 126
shift
exec "$@"
