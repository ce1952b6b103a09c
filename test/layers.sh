#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The layers, checked: who may include whom, which symbols the device model may
# need, where kernel differences may live; SPDX lines; files of one noun.
#
# With --selftest: plants violations in a copy and expects each to be caught.
set -euo pipefail

self=$(realpath "$0")
root=${LAYERS_ROOT:-$(dirname "$(dirname "$self")")}
cd "$root"

max_lines=900
bad=0

violation() { # RULE TEXT...
	echo "$1: ${*:2}"
	bad=1
}

files() { # REGEX
	test/files | grep -E "$1" || true
}

# Every #include of FILES that does not match ALLOWED (a regex on the part
# after #include).
only_includes() { # RULE ALLOWED FILES...
	local rule=$1 allowed=$2 f n inc

	shift 2
	for f in "$@"; do
		while IFS=: read -r n inc; do
			[ -n "$n" ] || continue
			inc=$(sed -E 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*//; s/[[:space:]]*(\/\*.*)?$//' <<<"$inc")
			[[ $inc =~ ^($allowed)$ ]] ||
				violation "$rule" "$f:$n: #include $inc"
		done < <(grep -nE '^[[:space:]]*#[[:space:]]*include\b' "$f" || true)
	done
}

no_match() { # RULE REGEX FILES...
	local rule=$1 regex=$2 hit

	shift 2
	[ $# -gt 0 ] || return 0
	while IFS= read -r hit; do
		violation "$rule" "$hit"
	done < <(grep -nHE "$regex" -- "$@" || true)
}

check_includes() {
	local own incs kernel
	local -a list

	# contracts: each other and avf_os.h
	mapfile -t list < <(files '^include/.*\.(h|def)$' |
		grep -vE '^include/(avf_os|adi|vdcm_uapi)\.h$')
	only_includes include '"(avf_[a-z_]+\.(h|def)|adi\.h)"' "${list[@]}"
	only_includes include '"avf_[a-z_]+\.h"|<linux/[a-z0-9_/-]+\.h>' \
		include/adi.h
	only_includes include '<linux/(ioctl|types)\.h>' include/vdcm_uapi.h

	# the model: contracts and its own headers
	own=$(files '^avf_emul/.*\.h$' | sed -E 's#.*/(.*)\.h#\1#' | paste -sd'|')
	incs=$(files '^include/avf_.*\.(h|def)$' |
		sed -E 's#.*/(.*)#\1#; s/\./\\./g' | paste -sd'|')
	mapfile -t list < <(files '^avf_emul/')
	only_includes avf_emul "\"((${own:-none})\\.h|$incs)\"" "${list[@]}"

	# the only file that knows the operating system
	mapfile -t list < <(files '^(include|avf_emul)/' |
		grep -vxE 'include/avf_os\.h')
	no_match os '__KERNEL__|__linux__|_WIN32|^[[:space:]]*#.*\bCONFIG_|IS_ENABLED' \
		"${list[@]}"

	# PF drivers: the seam and the kernel, no vfio, nothing of vdcm
	mapfile -t list < <(files '^vdcm/(swpf|e810)/.*\.[ch]$')
	if [ ${#list[@]} -gt 0 ]; then
		kernel='<(linux|net|uapi/linux|asm)/[a-z0-9_/-]+\.h>'
		only_includes pf "\"(adi|avf_frame|avf_os|compat|devlink|(swpf|epf)[a-z0-9_]*)\\.h\"|$kernel" \
			"${list[@]}"
		no_match pf '#[[:space:]]*include[[:space:]]*<linux/(vfio|mdev|iommufd)' \
			"${list[@]}"
	fi

	# of the E810's: its control side knows no kernel, nor vdcm
	mapfile -t list < <(files '^vdcm/e810/epf(_hw)?\.h$|^vdcm/e810/epf_(aq|init|port|queue|rule|sched|vsi)\.c$')
	[ ${#list[@]} -eq 0 ] ||
		only_includes epf '"(avf_os|epf|epf_hw)\.h"' "${list[@]}"

	# vdcm: any PF driver, but none in particular
	mapfile -t list < <(files '^vdcm/[^/]*\.[ch]$')
	no_match vdcm '#[[:space:]]*include[[:space:]].*(swpf|e810|epf)' \
		"${list[@]}"
}

# DPDK's releases differ in one place, and nothing of it is copied to another.
check_dpdk() {
	local -a list

	mapfile -t list < <(files '^dpdk/.*\.[ch]$' |
		grep -vxE 'dpdk/mdev_compat\.h')
	no_match dpdk 'RTE_VER(SION|_YEAR|_MONTH)|MDEV_20_11' "${list[@]}"
	# what needs no DPDK knows none
	mapfile -t list < <(files '^dpdk/mdev_(error|sysfs|vfio)\.[ch]$')
	no_match dpdk '#[[:space:]]*include[[:space:]].*(rte_|mdev_(bus|compat|dpdk))' \
		"${list[@]}"
}

check_kernel_versions() {
	local -a list

	mapfile -t list < <(files '\.[ch]$' | grep -vE '^(vdcm/compat|test)/')
	no_match compat 'LINUX_VERSION_CODE|KERNEL_VERSION\(|^[[:space:]]*#[[:space:]]*(el)?if.*\bHAVE_' \
		"${list[@]}"
}

# What the model's objects need from elsewhere.
check_symbols() { # ARCHIVE
	local allowed sym

	allowed='memcpy|memset|memcmp|memmove|calloc|free'
	allowed+='|pthread_mutex_(init|lock|unlock|destroy)'
	allowed+='|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_'
	while IFS= read -r sym; do
		[[ $sym =~ ^($allowed)$ ]] || violation symbols "$1 needs $sym"
	done < <(comm -23 <(nm -u "$1" | awk '$1 == "U" {print $2}' | sort -u) \
		<(nm --defined-only "$1" | awk 'NF == 3 {print $3}' | sort -u))
	# the model has no state of its own but what is const
	while IFS= read -r sym; do
		violation globals "$1 has writable data: $sym"
	done < <(nm --defined-only --format=sysv "$1" | awk -F'|' '
		{ gsub(/ /, "", $1); gsub(/ /, "", $7) }
		$7 ~ /^(\.t?data|\.t?bss|\*COM\*)/ && $7 !~ /^\.data\.rel\.ro/ {
			print $1
		}')
}

check_archives() {
	local cc

	for cc in gcc clang; do
		command -v "$cc" >/dev/null || continue
		if ! make -s -j"$(nproc)" LIB_CC="$cc" lib >/dev/null 2>&1; then
			violation symbols "make lib fails with $cc"
			continue
		fi
		check_symbols "build/lib/$cc/libavf_emul.a"
	done
}

check_files() {
	local f n

	while IFS= read -r f; do
		# ABI texts have no comments, nor have inputs of fuzzers, JSON
		# and some files of packages
		case $f in
		sysfs-abi/* | test/fuzz/corpus/* | *.json | \
			packaging/debian/changelog | packaging/debian/copyright | \
			packaging/debian/source/format) continue ;;
		esac
		if ! head -n 5 "$f" | grep -q 'SPDX-License-Identifier: ' &&
			! head -n 1 "$f" | grep -q '^Valid-License-Identifier: '; then
			violation spdx "$f has no SPDX line"
		fi
		case $f in
		LICENSES/*) continue ;;
		esac
		n=$(wc -l <"$f")
		[ "$n" -le "$max_lines" ] ||
			violation size "$f has $n lines, more than $max_lines"
	done < <(test/files)
}

selftest() {
	local tmp failed=0

	tmp=$(mktemp -d)
	# shellcheck disable=SC2064
	trap "rm -rf '$tmp'" EXIT

	# RULE FILE TEXT: the text added to the file must be caught by the rule
	plant() {
		local copy=$tmp/tree out

		rm -rf "$copy"
		mkdir -p "$copy"
		test/files | xargs -d '\n' cp --parents -t "$copy"
		mkdir -p "$(dirname "$copy/$2")"
		printf '%b\n' "$3" >>"$copy/$2"
		out=$(LAYERS_ROOT=$copy LAYERS_FAST=1 "$self" 2>&1) || true
		if grep -q "^$1: .*$(basename "$2")" <<<"$out"; then
			echo "caught: $1 in $2"
		else
			echo "NOT CAUGHT: $1 in $2: $3"
			failed=1
		fi
	}

	local spdx='/* SPDX-License-Identifier: GPL-2.0 */\n'

	plant include include/avf_frame.h '#include <stdio.h>'
	plant include include/avf_wire.h '#include <linux/types.h>'
	plant include include/adi.h '#include "vdcm.h"'
	plant include include/vdcm_uapi.h '#include <stdint.h>'
	plant avf_emul avf_emul/avf_tx.c '#include <string.h>'
	plant avf_emul avf_emul/avf_rx.c '#include "adi.h"'
	plant avf_emul avf_emul/avf_new.c "$spdx#include \"../vdcm/vdcm.h\""
	plant os avf_emul/avf_off.c '#ifdef __KERNEL__\n#endif'
	plant os include/avf_emul.h '#ifdef CONFIG_PCI\n#endif'
	plant pf vdcm/swpf/swpf_new.c "$spdx#include <linux/vfio.h>"
	plant pf vdcm/swpf/swpf_new.c "$spdx#include <linux/mdev.h>"
	plant pf vdcm/swpf/swpf_new.c "$spdx#include \"../vdcm.h\""
	plant pf vdcm/swpf/swpf_new.c "$spdx#include \"vdcm.h\""
	plant pf vdcm/swpf/swpf_new.c "$spdx#include \"avf_emul.h\""
	plant epf vdcm/e810/epf_aq.c '#include <linux/pci.h>'
	plant epf vdcm/e810/epf.h '#include "adi.h"'
	plant vdcm vdcm/vdcm_new.c "$spdx#include \"swpf/swpf.h\""
	plant vdcm vdcm/vdcm_new.c "$spdx#include \"e810/epf.h\""
	plant compat vdcm/vdcm_new.c \
		"$spdx#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)\n#endif"
	plant compat vdcm/vdcm_new.c "$spdx#ifdef HAVE_X\n#endif"
	plant compat avf_emul/avf_new.c "$spdx#if defined(HAVE_X)\n#endif"
	plant dpdk dpdk/mdev_bus.c '#if RTE_VERSION > 1\n#endif'
	plant dpdk dpdk/mdev_vfio.c '#include <rte_eal.h>'
	plant spdx vdcm/vdcm_new.c 'int x;'
	plant spdx test/new.sh 'true'
	plant size avf_emul/avf_new.c \
		"$spdx$(printf '/* line */\\n%.0s' $(seq $((max_lines + 1))))"

	# symbols, on an archive of its own
	local t=$tmp/t

	printf '%s\n' '#include <stdio.h>' \
		'int counter;' 'void f(void) { puts("x"); }' >"$t.c"
	gcc -c -o "$t.o" "$t.c"
	ar rcs "$t.a" "$t.o"
	for rule in 'symbols: .* needs puts' 'globals: .* counter'; do
		if grep -q "$rule" <<<"$(check_symbols "$t.a")"; then
			echo "caught: $rule"
		else
			echo "NOT CAUGHT: $rule"
			failed=1
		fi
	done
	return "$failed"
}

if [ "${1-}" = --selftest ]; then
	selftest
	exit
fi

check_includes
check_dpdk
check_kernel_versions
check_files
[ -n "${LAYERS_FAST-}" ] || check_archives
exit "$bad"
