#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
#
# Results of tests, one line each:
#
#   ok NAME
#   not ok NAME - reason
#   skip NAME - reason
#
# Source this file and call "results_begin PART"; ok, not_ok and skip then
# write to build/results/PART.txt. test/summary adds up what is there.

results_dir=${RESULTS_DIR:-build/results}
results_file=

results_begin() { # PART
	mkdir -p "$results_dir"
	results_file=$results_dir/$1.txt
	: >"$results_file"
}

# Reasons are one line.
results_line() { # STATUS NAME [REASON]
	local line="$1 $2"

	[ -z "${3-}" ] || line+=" - ${3//$'\n'/ | }"
	printf '%s\n' "$line" >>"$results_file"
	printf '%s\n' "$line"
}

ok() { # NAME
	results_line ok "$1"
}

not_ok() { # NAME REASON
	results_line 'not ok' "$1" "${2:-no reason given}"
}

skip() { # NAME REASON
	results_line skip "$1" "${2:-no reason given}"
}

# The command's success is the test; its output is shown when it fails.
check() { # NAME COMMAND...
	local name=$1 out status=0

	shift
	out=$("$@" 2>&1) || status=$?
	if [ "$status" -eq 0 ]; then
		ok "$name"
	else
		printf '%s\n' "$out"
		not_ok "$name" "exit status $status: $(tail -n 1 <<<"$out")"
	fi
}

# A program that writes result lines of its own to build/results/PART.txt or
# PART-*.txt (it may be killed half way): its death must not go unnoticed.
part() { # PART COMMAND...
	local part=$1 status=0 lines

	shift
	"$@" || status=$?
	results_file=$results_dir/$part.txt
	mkdir -p "$results_dir"
	lines=$(cat "$results_file" "$results_dir/$part"-*.txt 2>/dev/null || true)
	if [ "$status" -ne 0 ] && ! grep -q '^not ok ' <<<"$lines"; then
		not_ok "$part" "exit status $status without a failed test"
	elif ! grep -Eq '^(ok|not ok|skip) ' <<<"$lines"; then
		not_ok "$part" 'reported nothing'
	fi
}
