# shellcheck shell=bash
# What ava says at the end of its runs, as two numbers.

# tally FILE: "PASSED FAILED" over every ava run whose output FILE holds.
# When tests fail, ava leaves the number of passed ones out, so the ticks are counted.
tally() {
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
    /^ *(✔|√) / { ticks++ }
    /^ *[0-9]+ tests? passed/ { passed += $1; ticks = 0 }
    /^ *[0-9]+ (tests?|hooks?) failed/ { failed += $1 }
    /^ *[0-9]+ (uncaught exceptions?|unhandled rejections?)/ { failed += $1 }
    /^ *[0-9]+ tests? remained pending/ { failed += $1 }
    END { print passed + ticks + 0, failed + 0 }
  '
}

# failures FILE [LINES]: which tests failed or were left pending, and how ava explains it at the end; without that
# (types, lint, a crash) the end of FILE.
failures() {
  local lines=${2:-80} explained
  explained=$(sed 's/\x1b\[[0-9;]*m//g' "$1" | awk -v lines="$lines" '/^ *─$/ { after = 1 } (after || /^ *(✘|◌|×)/) && lines-- > 0')
  if [[ -n $explained ]]; then printf '%s\n' "$explained"; else tail -n "$lines" "$1"; fi
}
