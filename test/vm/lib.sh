# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What all scripts of the test bed share: names, messages, progress,
# caching keys. Sourced, never run.

VM_DIR=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
TOP=$(readlink -f "$VM_DIR/../..")
CACHE=${VDCM_VM_CACHE:-$TOP/build/vm}
# Used by the scripts which source this file.
# shellcheck disable=SC2034
RELEASES=(bullseye bookworm trixie trixie-backports)

# Statuses of the bed itself. A test should stay below them.
# shellcheck disable=SC2034
RC_REBOOT=94 RC_SETUP=97 RC_TIMEOUT=98 RC_DEAD=99

# One zero point for a whole tree of scripts, so that elapsed times compare.
: "${VDCM_VM_T0:=$(date +%s)}"
export VDCM_VM_T0

log()
{
	printf '[vm %4ds] %s\n' "$(($(date +%s) - VDCM_VM_T0))" "$*" >&2
}

die()
{
	log "ERROR: $*"
	exit "$RC_SETUP"
}

# With "set -e" a script could end without a word.
set -E
trap 'log "${0##*/}: line $LINENO: \"$BASH_COMMAND\" failed with $?"' ERR

need_root()
{
	local keep

	[ "$(id -u)" -ne 0 ] || return 0
	keep=$(compgen -e | grep -E '^(VDCM_VM_|http_proxy|https_proxy|no_proxy)' |
		paste -sd,) || true
	exec sudo --preserve-env="$keep" "$(readlink -f "$0")" "$@"
}

valid_release()
{
	local r

	for r in "${RELEASES[@]}"; do
		[ "$r" != "$1" ] || return 0
	done
	return 1
}

# quietly WHAT LOGFILE COMMAND...: output goes to the log, a sign of life to
# the terminal, and the end of the log too when the command fails.
quietly()
{
	local what=$1 logfile=$2 start pid status=0
	shift 2

	mkdir -p "$(dirname "$logfile")"
	log "$what ..."
	start=$SECONDS
	"$@" >"$logfile" 2>&1 </dev/null &
	pid=$!
	(
		while sleep 20; do
			log "$what: still running, $((SECONDS - start)) s," \
				"last: $(tail -n 1 "$logfile" | tr -dc '[:print:]' | cut -c1-80)"
		done
	) &
	local ticker=$!
	wait "$pid" || status=$?
	kill "$ticker" 2>/dev/null || true
	wait "$ticker" 2>/dev/null || true
	if [ "$status" -ne 0 ]; then
		tail -n 40 "$logfile" >&2
		log "$what: FAILED with status $status, see $logfile"
		return "$status"
	fi
	log "$what: done in $((SECONDS - start)) s"
}

# key_of STRING... : the key under which something made of these is cached.
# An argument that names a file stands for its content.
key_of()
{
	local arg

	for arg in "$@"; do
		if [ -f "$arg" ]; then
			sha256sum <"$arg"
		else
			printf '%s\n' "$arg"
		fi
	done | sha256sum | cut -c1-32
}

is_current()
{
	[ "$(cat "$1" 2>/dev/null)" = "$2" ]
}

# take_lock FILE [-s]: one at a time until this script ends, or, with -s, those
# with -s only; and say so while waiting.
take_lock()
{
	local fd

	mkdir -p "$(dirname "$1")"
	exec {fd}>"$1"
	while ! flock ${2:+"$2"} -w 20 "$fd"; do
		log "waiting for another process that holds $1"
	done
}

image_dir()
{
	printf '%s/%s/image\n' "$CACHE" "$1"
}

kernel_version()
{
	cat "$(image_dir "$1")/kver"
}

# copy_modules ROOT KVER DEST NAME...: the named modules with all they depend
# on, uncompressed (busybox's insmod and old kmod know no xz). Prints the paths
# below DEST in load order. Names a kernel has built in or lacks are left out.
copy_modules()
{
	local root=$1 kver=$2 dest=$3 name path rel
	shift 3

	for name in "$@"; do
		modprobe -d "$root" -S "$kver" --show-depends "$name" 2>/dev/null || true
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
	while read -r path; do
		rel=${path#"$root"}
		rel=${rel#/usr}
		rel=${rel%.xz}
		mkdir -p "$dest/$(dirname "$rel")"
		case $path in
		*.xz)	xz -dc "$path" >"$dest/$rel" ;;
		*)	cp "$path" "$dest/$rel" ;;
		esac
		printf '%s\n' "$rel"
	done
}

# The files of the tree as they are now, committed or not, without what
# git ignores.
source_files()
{
	local f

	if git -c safe.directory="$TOP" -C "$TOP" rev-parse --git-dir >/dev/null 2>&1; then
		git -c safe.directory="$TOP" -C "$TOP" ls-files -co --exclude-standard
	else
		(cd "$TOP" && find . -path ./build -prune -o -type f -printf '%P\n')
	fi | sort -u | while IFS= read -r f; do
		# A file deleted but not committed yet is still listed.
		[ ! -e "$TOP/$f" ] || printf '%s\n' "$f"
	done
}

# pack_modules RELEASE DIR TAR: what makes the *.ko of DIR known to modprobe,
# to be unpacked in /lib/modules/VERSION. Here and not in the VM, where depmod
# takes many times as long.
pack_modules()
{
	local release=$1 dir=$2 tar=$3 kver lib tmp f

	kver=$(kernel_version "$release")
	lib=$(image_dir "$release")/root/lib/modules/$kver
	tmp=$(mktemp -d "$CACHE/$release/pack.XXXXXX")
	mkdir -p "$tmp/lib/modules/$kver/extra"
	ln -s "$lib/kernel" "$tmp/lib/modules/$kver/kernel"
	for f in order builtin builtin.modinfo; do
		cp "$lib/modules.$f" "$tmp/lib/modules/$kver/"
	done
	find "$dir" -name '*.ko' -exec cp -t "$tmp/lib/modules/$kver/extra" {} +
	depmod -b "$tmp" "$kver"
	rm "$tmp/lib/modules/$kver/kernel"
	tar -C "$tmp/lib/modules/$kver" -cf "$tar" .
	rm -rf "$tmp"
}
