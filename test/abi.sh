#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# sysfs-abi/ is complete, true and well formed:
#
#   abi.sh              its form, and that it names what the code makes, no more
#   abi.sh live PREFIX DIR [REGEX]
#                       what is in DIR is what it names below PREFIX, such as
#                       "/sys/bus/mdev/devices/<uuid>"; names (paths below DIR)
#                       that match REGEX are the kernel's
#   abi.sh below PREFIX the names it describes below PREFIX
#   abi.sh text PATH    the description of PATH
#   abi.sh --selftest   plants mistakes in a copy and expects each to be found
set -euo pipefail

self=$(realpath "$0")
root=${ABI_ROOT:-$(dirname "$(dirname "$self")")}
cd "$root"

mdev='/sys/bus/mdev/devices/<uuid>'
types='/sys/class/mdev_bus/<pf>/mdev_supported_types'
pf='/sys/bus/pci/devices/<pf>'
debug='/sys/kernel/debug/vdcm'
events='/sys/kernel/tracing/events/vdcm'

bad=0

wrong() { # TEXT...
	echo "$*"
	bad=1
}

# ------------------------------------------------------------------- the form

# As scripts/get_abi.pl of the kernel wants it: What (one or more), Date,
# KernelVersion, Contact, Description, in that order; the text is indented.
check_form() {
	local f out

	for f in sysfs-abi/*; do
		out=$(awk '
			function say(text) { print FILENAME ":" FNR ": " text }
			function entry_ends() {
				if (what && !text)
					say(what " has no Description")
				what = ""
			}
			/^What:/ {
				if (tag != "What")
					entry_ends()
				if (!/^What:\t+\/sys\/[^ \t]+$/)
					say("not \"What:\", tabs, and a path in /sys")
				tag = "What"; what = $2; text = 0
				next
			}
			/^Date:/ {
				if (tag != "What" || !/^Date:\t+[A-Z][a-z]+ 20[0-9][0-9]$/)
					say("Date: not after What, or no month and year")
				tag = "Date"
				next
			}
			/^KernelVersion:/ {
				if (tag != "Date" || !/^KernelVersion:\t+[0-9]+\.[0-9]+$/)
					say("KernelVersion: not after Date, or no version")
				tag = "KernelVersion"
				next
			}
			/^Contact:/ {
				if (tag != "KernelVersion" || NF < 2)
					say("Contact: not after KernelVersion, or nobody")
				tag = "Contact"
				next
			}
			/^Description:$/ {
				if (tag != "Contact")
					say("Description: not after Contact")
				tag = "Description"
				next
			}
			/^$/ { next }
			/^\t\t/ {
				if (tag != "Description")
					say("text that belongs to no Description")
				text = 1
				if (/[ \t]$/)
					say("white space at the end")
				next
			}
			{ say("neither a tag nor text behind two tabs: " $0) }
			END { entry_ends() }
		' "$f")
		[ -z "$out" ] || wrong "$out"
	done
	out=$(whats | sort | uniq -d)
	[ -z "$out" ] || wrong "described twice: $out"
}

whats() {
	sed -n 's/^What:[[:space:]]*//p' sysfs-abi/*
}

below() { # PREFIX
	whats | awk -v p="$1/" \
		'index($0, p) == 1 && $0 != p { print substr($0, length(p) + 1) }'
}

# The description that PATH shares with the others of its entry.
text() { # PATH
	awk -v path="$1" '
		/^What:/ { if (!head) on = 0; head = 1; if ($2 == path) on = 1; next }
		/^\t\t/ && on { print substr($0, 3) }
		/^Description:/ { head = 0 }
	' sysfs-abi/*
}

# ------------------------------------------------------------------- the code

# Attributes in the tables of FILE: dev_attr -> GROUP/NAME, and the like.
attributes() { # FILE
	awk '
		/struct attribute \*[a-z0-9_]+\[\] = \{/ {
			table = $0
			sub(/.*\*/, "", table)
			sub(/\[.*/, "", table)
		}
		table && match($0, /&[a-z_]*attr_[a-z0-9_]+\.attr/) {
			name = substr($0, RSTART + 1, RLENGTH - 6)
			kind = name
			sub(/attr_.*/, "attr", kind)
			sub(/^[a-z_]*attr_/, "", name)
			n++
			of[n] = table; kinds[n] = kind; names[n] = name
		}
		/struct attribute_group [a-z0-9_]+ = \{/ { group = 1; dir = ""; attrs = "" }
		group && /\.name = "/ { dir = $0; sub(/.*= "/, "", dir); sub(/".*/, "/", dir) }
		group && /\.attrs = / { attrs = $3; sub(/,.*/, "", attrs) }
		/^};/ {
			if (group)
				dirs[attrs] = dir
			table = ""
			group = 0
		}
		END { for (i = 1; i <= n; i++) print kinds[i], dirs[of[i]] names[i] }
	' "$1"
}

# Everything the code makes, as a list of paths.
from_code() {
	local f kind name base module

	while IFS= read -r f; do
		module=$(dirname "$f" | tr / _)
		base=$mdev
		[ "$module" = vdcm ] || [ "$module" = vdcm_compat ] || base=$pf
		[ "$f" != vdcm/vdcm_parent.c ] || base=$pf
		attributes "$f" | while read -r kind name; do
			case $kind in
			dev_attr) echo "$base/$name" ;;
			mdev_type_attr) ;;
			*) echo "$f: what is a $kind?" ;;
			esac
		done
		sed -nE "s|^module_param\((\w+), \w+, 0[1-7]+\);|/sys/module/$module/parameters/\1|p" "$f"
	done < <(sources)

	sed -nE "s|.*\.name = \"(vdcm[0-9]*)\", \.num_qps.*|$types/<driver>-\1/|p" \
		vdcm/vdcm_parent.c
	echo "$debug/<uuid>/"
	sed -nE "s|^\s*\{ \"(\w+)\", &\w+_fops \},|$debug/<uuid>/\1|p" \
		vdcm/vdcm_debugfs.c
	echo "$events/"
	sed -nE "s|^(TRACE_EVENT\(\|DEFINE_EVENT\(\w+, )(\w+),|$events/\2/|p" \
		vdcm/vdcm_trace.h
}

sources() {
	find vdcm -name build -prune -o -name '*.[ch]' ! -name '*.mod.c' -print | sort
}

check_code() {
	local out f name

	out=$(diff <(whats | sort) <(from_code | sort) || true)
	while IFS= read -r name; do
		wrong "described, but not in the code: ${name#< }"
	done < <(grep '^<' <<<"$out")
	while IFS= read -r name; do
		wrong "in the code, but not described: ${name#> }"
	done < <(grep '^>' <<<"$out")

	# Made, but in no table; and ways to make files that this cannot read.
	while IFS=: read -r f name; do
		[ "$name" = _name ] ||
			attributes "$f" | grep -qE "[ /]$name\$" ||
			wrong "$f: $name is in no table of attributes"
	done < <(sources | xargs grep -HoE '\bDEVICE_ATTR(_[A-Z]+)*\(\w+' |
		sed -E 's/DEVICE_ATTR[A-Z_]*\(//')
	while IFS= read -r f; do
		wrong "$f: $self does not know this way to make a file"
	done < <(sources | xargs grep -nE \
		'\b(sysfs_(create|add)|device_(create_(file|bin)|add_group)|BIN_ATTR|CLASS_ATTR|DRIVER_ATTR|BUS_ATTR|debugfs_create_[^df]|proc_create)' |
		grep -vE '^vdcm/vdcm_parent\.c:[0-9]+:.*sysfs_create_group\(&pf->dev->kobj, ' || true)

	# A type's files are described together.
	while read -r name; do
		text "$types/<driver>-vdcm/" | grep -qwF "$name" ||
			wrong "$types/<driver>-vdcm/: says nothing of $name"
	done < <(sources | xargs grep -hoE 'mdev_type_attr_\w+\.attr' |
		sed -E 's/mdev_type_attr_(\w+)\.attr/\1/')
}

# ------------------------------------------------------------------- a system

live() { # PREFIX DIR [REGEX]
	local prefix=$1 dir=$2 ours=${3:-^\$} name real

	real=$(cd "$dir" && find . -mindepth 1 \( -type d -printf '%P/\n' \) -o -printf '%P\n' |
		grep -vE "$ours" | sort) || true
	# Directories that hold files which are described need no entry.
	while IFS= read -r name; do
		grep -qxF -- "$name" <<<"$real" ||
			wrong "described, but not in $dir: $name"
	done < <(below "$prefix")
	while IFS= read -r name; do
		case $name in
		'') ;;
		*/) whats | grep -qF "$prefix/$name" ||
			wrong "in $dir, but not described: $name" ;;
		*) whats | grep -qxF "$prefix/$name" ||
			wrong "in $dir, but not described: $name" ;;
		esac
	done <<<"$real"
}

# ------------------------------------------------------------------- selftest

selftest() {
	local tmp failed=0

	tmp=$(mktemp -d)
	# shellcheck disable=SC2064
	trap "rm -rf '$tmp'" EXIT

	# TEXT FILE SED: after the edit there must be a complaint with TEXT in it
	plant() {
		local out

		rm -rf "$tmp/tree"
		mkdir "$tmp/tree"
		cp -r sysfs-abi vdcm "$tmp/tree/"
		sed -i -E "$3" "$tmp/tree/$2"
		if out=$(ABI_ROOT=$tmp/tree "$self" 2>&1); then
			out='no complaint'
		fi
		if grep -qF -- "$1" <<<"$out"; then
			echo "found: $1"
		else
			echo "NOT FOUND: $1: $out"
			failed=1
		fi
	}
	local abi=sysfs-abi/sysfs-bus-mdev-vdcm code=vdcm/vdcm_sysfs.c out

	plant "in the code, but not described: $mdev/mac" $abi \
		's|(What:.*)/mac$|\1/mca|'
	plant "described, but not in the code: $mdev/mca" $abi \
		's|(What:.*)/mac$|\1/mca|'
	plant "described, but not in the code: $mdev/stats/irqs" $code \
		'/&dev_attr_irqs\.attr/d'
	plant "in the code, but not described: $mdev/statistics/irqs" $code \
		's/\.name = "stats"/.name = "statistics"/'
	plant 'link is in no table' $code '/&dev_attr_link\.attr/d'
	plant 'does not know this way' $code \
		'1i int x = sysfs_create_file(a, b);'
	plant "not described: $types/<driver>-vdcm8/" vdcm/vdcm_parent.c \
		's/"vdcm4"/"vdcm8"/'
	plant 'not described: /sys/module/vdcm/parameters/x' \
		vdcm/vdcm_main.c '1i module_param(x, uint, 0444);'
	plant "not described: $debug/<uuid>/registers" vdcm/vdcm_debugfs.c \
		's/"regs"/"registers"/'
	plant "not described: $events/vdcm_int/" vdcm/vdcm_trace.h \
		's/TRACE_EVENT\(vdcm_irq/TRACE_EVENT(vdcm_int/'
	plant 'says nothing of available_instances' $abi \
		's/available_instances/instances/'
	plant 'Date: not after What, or no month' $abi '0,/November/s//11/'
	plant 'Contact: not after KernelVersion' $abi '0,/^KernelVersion/{//d}'
	plant 'has no Description' $abi '/^\t\t/d'
	plant 'described twice' $abi '1i What:\t\t/sys/bus/mdev/devices/<uuid>/mac'
	plant 'neither a tag nor text' $abi 's/^\t\t\(RW\)/(RW)/'

	# A directory that looks as described, and one with a file more and less.
	mkdir "$tmp/dev"
	whats | sed -n "s|^$mdev/||p" | while IFS= read -r f; do
		mkdir -p "$tmp/dev/$(dirname "$f")"
		: >"$tmp/dev/$f"
	done
	mkdir "$tmp/dev/power"
	: >"$tmp/dev/power/control"
	if "$self" live "$mdev" "$tmp/dev" '^power/'; then
		echo "found: nothing, as it should"
	else
		failed=1
	fi
	rm "$tmp/dev/mac"
	: >"$tmp/dev/stats/new"
	out=$("$self" live "$mdev" "$tmp/dev" '^power/') && failed=1
	if [ "$(sort <<<"$out" | sed 's/:.*: /: /' | wc -l)" = 2 ] &&
		grep -q 'not described: stats/new$' <<<"$out" &&
		grep -q 'described, but not in .*: mac$' <<<"$out"; then
		echo "found: what is missing, and what is new, in a directory"
	else
		echo "NOT FOUND: missing and new files: $out"
		failed=1
	fi
	return "$failed"
}

case ${1-} in
'')
	check_form
	check_code
	;;
live) live "${@:2}" ;;
below) below "$2" ;;
text) text "$2" ;;
--selftest) selftest || bad=1 ;;
*)
	echo "usage: $0 [live PREFIX DIR [REGEX] | below PREFIX | text PATH | --selftest]" >&2
	exit 2
	;;
esac
exit "$bad"
