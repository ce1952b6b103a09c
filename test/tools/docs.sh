#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# docs.sh VDCMCTL MKTREE: vdcmctl's commands and options are those of its man
# page and of its completion, vdcm(4) has every attribute and parameter, and the
# completion completes.
set -euo pipefail

cd "$(dirname "$0")/../.."
ctl=$(realpath "$1")
mktree=$(realpath "$2")
page=packaging/man/vdcmctl.8
page4=packaging/man/vdcm.4
completion=tools/vdcmctl/vdcmctl.bash
bad=0

wrong() {
	echo "$*"
	bad=1
}

same() { # WHAT WANT GOT
	[ "$2" = "$3" ] || wrong "$1: wanted '$2', got '$3'"
}

# ---------------------------------------------------------------- both lists

help=$("$ctl" --help)
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' <<<"$help" | sort)
long=$(grep -oE '^ .*  ?--[a-z]+' <<<"$help" | grep -oE -e '--[a-z]+' | sort)
short=$(grep -oE '^  -[A-Za-z],' <<<"$help" | tr -cd 'A-Za-z\n' | sort)
[ "$(wc -w <<<"$commands")" -ge 8 ] || wrong "--help lists no commands"

same "$page: commands" "$commands" \
	"$(sed -n '/^\.It Cm \([a-z]*\)$/s//\1/p' "$page" | sort)"
same "$page: synopsis" "$commands" \
	"$(sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/s/^\.Cm //p' "$page" | sort)"
same "$page: long options" "$long" \
	"$(grep -oE '^\.It .*Fl -[a-z]+' "$page" | grep -oE 'Fl -[a-z]+' |
		sed 's/Fl -/--/' | sort)"
same "$page: short options" "$short" \
	"$(grep -oE '^\.It Fl [A-Za-z] ,' "$page" | cut -d' ' -f3 | sort)"
same "$completion: commands" "$commands" \
	"$(sed -n "s/.*local commands='\(.*\)'/\1/p" "$completion" |
		tr ' ' '\n' | sort)"
same "$completion: options" "$long" \
	"$(grep -E "options\+?='" "$completion" | grep -oE -e '--[a-z]+' |
		sort)"
for s in 0 1 2 3; do
	grep -q "^\.It $s$" "$page" || wrong "$page: no exit status $s"
done

# ------------------------------------------------------------------- vdcm(4)

while read -r name; do
	grep -qE "^\.It Pa $name$" "$page4" || wrong "$page4: no $name"
done < <(sed -n 's,^What:.*/devices/<uuid>/\([a-z_]*\)$,\1,p' sysfs-abi/*)
while read -r name; do
	grep -qE "^\.It Cm $name$" "$page4" || wrong "$page4: no $name"
done < <(grep -rhoE '^module_param(_named)?\([a-z_]+' vdcm | cut -d'(' -f2)

# ----------------------------------------------------------- troubleshooting

# Each sentence for people that the modules can log: its longest part between
# conversions.
n=0
while read -r part; do
	n=$((n + 1))
	grep -qF -- "$part" docs/troubleshooting.md ||
		wrong "docs/troubleshooting.md: nothing on '$part'"
done < <(find vdcm -name '*.[ch]' -exec cat {} + | tr '\n\t' '  ' |
	grep -oE '\b((dev|pr|netdev|pci)_(err|warn|crit)(_once|_ratelimited)?|vdcm_refused|epf_err)\([^";]*"([^"\\]|\\.)*"|#error "[^"]*"' |
	sed -E 's/^[^"]*"//; s/"$//; s/\\n//g; s/\\"/"/g; s/%[-0-9.#l]*[a-zA-Z]/\n/g; $!s/$/\n\n/' |
	awk '!NF { if (best) print best; best = ""; next } length > length(best) { best = $0 } END { if (best) print best }' |
	awk 'length > 3')
[ "$n" -ge 15 ] || wrong "only $n sentences found in vdcm/"

# ------------------------------------------------------------------- examples

uuids=$(grep -ohE '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' libvirt-xml/*.xml docs/*.md | sort -u)
same 'UUIDs of the examples' 83b8f4f2-509f-382f-3c1e-e6bfe0fa1001 "$uuids"
if command -v xmllint >/dev/null; then
	xmllint --noout libvirt-xml/*.xml || bad=1
	same 'attributes of nodedev.xml and mdevctl.json' \
		"$(xmllint --xpath '//attr/@name | //attr/@value' libvirt-xml/nodedev.xml | sed 's/.*"\(.*\)"/\1/')" \
		"$(python3 -c 'import json; [print(*i, sep="\n") for a in json.load(open("libvirt-xml/mdevctl.json"))["attrs"] for i in a.items()]')"
else
	echo 'not checked: examples (no xmllint)'
fi
for f in nodedev.xml hostdev.xml domain.xml mdevctl.json; do
	grep -qF "$f" docs/libvirt.md || wrong "docs/libvirt.md: no $f"
done

# ---------------------------------------------------------------- completion

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
"$mktree" "$tree"
export VDCM_SYSFS=$tree/sys
uuid=76646364-0000-4000-8000-000000000001
# shellcheck source=tools/vdcmctl/vdcmctl.bash
source "$completion"

# completes WANT WORD...: the last word is being typed.
completes() {
	local want=$1

	shift
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_vdcmctl
	same "completion of '$*'" "$want" "${COMPREPLY[*]}"
}

completes 'show set stats' vdcmctl s
completes '' vdcmctl x
completes '--json' vdcmctl --j
completes "$uuid" vdcmctl show ''
completes '' vdcmctl show "$uuid" ''
completes "$uuid" vdcmctl remove "$uuid" 7
completes "$uuid" vdcmctl --json --sysfs "$tree/sys" stats ''
completes '' vdcmctl --sysfs /nonexistent stats ''
completes "$tree/sys/bus" vdcmctl --sysfs "$tree/sys/b"
completes 'speed= spoofchk=' vdcmctl set "$uuid" sp
completes 'link=' vdcmctl set "$uuid" mac = x l
completes 'reset=' vdcmctl set "$uuid" re
completes '' vdcmctl set 76646364-0000-4000-8000-000000000002 l
completes 'up down' vdcmctl set "$uuid" link =
completes 'down' vdcmctl set "$uuid" link = d
completes 'trap' vdcmctl create doorbell = tr
completes '5000:00:00.0 5000:00:01.0' vdcmctl create --pf ''
completes 'swpf-vdcm swpf-vdcm4' vdcmctl create -t ''
completes '--pf' vdcmctl create --p
completes '' vdcmctl show --p
completes '--batch' vdcmctl top --b
completes '' vdcmctl top -n ''
completes 'link=' vdcmctl create -u "$uuid" -t swpf-vdcm l
VDCM_SYSFS=/nonexistent completes 'link=' vdcmctl create l

exit "$bad"
