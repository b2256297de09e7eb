# SPDX-License-Identifier: Apache-2.0
# For the scripts beside: `--help` prints what stands at their head, and what they do not take is refused before anything is
# installed. To be sourced, with their arguments.
given=("$@")
for word in "${given[@]}"; do
  if [ "$word" = --help ] || [ "$word" = -h ]; then
    sed -n '3,/^[^#]/s/^# \{0,1\}//p' "scripts/$(basename "$0")"
    exit
  fi
done

refuse() {
  echo "$(basename "$0"): $1 (see --help)" >&2
  exit 2
}

# takes WORD...: no argument is any other.
takes() {
  local word
  for word in "${given[@]}"; do
    [[ " $* " = *" $word "* ]] || refuse "unknown argument '$word'"
  done
}
