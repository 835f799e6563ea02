# Output as heroku/nodejs writes it: a heading, its details indented by seven columns.

heading() {
  echo '       '
  echo "-----> $1"
}

detail() { echo "       $1"; }

warning() {
  echo '       '
  echo " !     $1"
}

# Runs a command, its output indented line by line as it comes; the status is the command's.
indented() {
  "$@" 2>&1 | while IFS= read -r line || [ -n "$line" ]; do echo "       $line"; done
  return "${PIPESTATUS[0]}"
}

fail_build() {
  heading 'Build failed'
  detail ''
  detail "$1"
  detail ''
  exit 1
}
