#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Callout of mdevctl(8), from version 1.2 on, for types of vdcm's. Belongs in
# /usr/lib/mdevctl/scripts.d/callouts/ (or /etc/mdevctl.d/scripts.d/callouts/).
# Called as
#
#	vdcm.sh -t TYPE -e EVENT -a ACTION -s STATE -u UUID -p PARENT <CONFIG
#
# It says why a configuration cannot work before it is tried, reads a device's
# attributes, and writes those of a running one (mdevctl 1.3 and later). Exit
# status: 0, 1 refused, 2 not a type of ours.
set -u

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${PATH-}
LC_ALL=C
export PATH LC_ALL
sys=${VDCM_SYSFS:-/sys}

type='' event='' action='' state='' uuid='' parent=''
while [ $# -ge 2 ]; do
	case $1 in
	-t) type=$2 ;;
	-e) event=$2 ;;
	-a) action=$2 ;;
	-s) state=$2 ;;
	-u) uuid=$2 ;;
	-p) parent=$2 ;;
	esac
	shift 2
done

# Always, or mdevctl 1.2 takes the closed pipe for a script that cannot be run.
input=$(cat)

case ${type#*-vdcm} in
"$type" | *[!0-9]*) exit 2 ;;
esac

dev=$sys/bus/mdev/devices/$uuid
pf=$sys/class/mdev_bus/$parent

refuse() {
	echo "$*" >&2
	exit 1
}

# The "attrs" of the configuration, as lines "name value".
# mdevctl writes it in one line, as [{"name":"value"},...].
config_attrs() {
	printf '%s\n' "$input" | awk '
	function bad(why) { print "cannot read the configuration: " why >"/dev/stderr"; failed = 1; exit 1 }
	function blank() { while (substr(all, at, 1) ~ /[ \t\n\r]/ && at <= length(all)) at++ }
	function take(c) { blank(); if (substr(all, at, 1) != c) bad("no " c " where one belongs"); at++ }
	function string(  n, s) {
		take("\"")
		n = index(substr(all, at), "\"")
		if (!n) bad("a string without an end")
		s = substr(all, at, n - 1)
		if (s ~ /[\\\n]/) bad("a backslash or line break in an attribute")
		at += n
		return s
	}
	{ all = all $0 "\n" }
	END {
		if (failed) exit 1
		if (!match(all, /"attrs"[ \t\n]*:/)) exit 0
		at = RSTART + RLENGTH
		take("[")
		blank()
		if (substr(all, at, 1) == "]") exit 0
		for (;;) {
			take("{")
			name = string()
			take(":")
			print name " " string()
			take("}")
			blank()
			if (substr(all, at, 1) == "]") exit 0
			take(",")
		}
	}'
}

# in_range TEXT LOW HIGH: a decimal number, and between them
in_range() {
	case $1 in
	'' | *[!0-9]* | ????????*) return 1 ;;
	esac
	[ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

is_unicast() {
	case $1 in
	00:00:00:00:00:00) return 1 ;;
	[0-9A-Fa-f][02468ACEace]:[0-9A-Fa-f][0-9A-Fa-f]:[0-9A-Fa-f][0-9A-Fa-f]:[0-9A-Fa-f][0-9A-Fa-f]:[0-9A-Fa-f][0-9A-Fa-f]:[0-9A-Fa-f][0-9A-Fa-f])
		return 0 ;;
	esac
	return 1
}

is_vlan() {
	case $1 in
	*' '*) in_range "${1%% *}" 0 4094 && in_range "${1#* }" 0 7 ;;
	*) in_range "$1" 0 4094 ;;
	esac
}

# Refuses what the kernel would. A name that is not known here may be one that a
# later vdcm has: the kernel knows.
check_attr() { # NAME VALUE
	case $1 in
	mac)
		is_unicast "$2" || refuse "mac=$2: not a unicast address like 02:00:00:00:00:01" ;;
	link)
		case $2 in up | down) ;; *) refuse "link=$2: write up or down" ;; esac ;;
	speed)
		in_range "$2" 1 1000000 || refuse "speed=$2: write 1 to 1000000 Mbit/s" ;;
	max_tx_rate)
		in_range "$2" 0 1000000 || refuse "max_tx_rate=$2: write 1 to 1000000 Mbit/s, or 0 for no limit" ;;
	weight)
		in_range "$2" 1 10000 || refuse "weight=$2: write 1 to 10000" ;;
	vlan)
		is_vlan "$2" || refuse "vlan=$2: write a VLAN of 1 to 4094 and, if you like, a priority of 0 to 7, or 0 for no VLAN" ;;
	trust | spoofchk)
		case $2 in
		[01yYnN]* | [oO][nNfF]*) ;;
		*) refuse "$1=$2: write 1 or 0" ;;
		esac ;;
	doorbell)
		case $2 in auto | mapped | trap) ;; *) refuse "doorbell=$2: write auto, mapped or trap" ;; esac ;;
	'' | */* | .* | remove | reset | stats | uevent | power)
		refuse "$1: not an attribute to configure" ;;
	esac
}

check_config() { # CONFIG
	while read -r name value; do
		[ -z "$name$value" ] || check_attr "$name" "$value" || exit 1
	done <<-EOT
	$1
	EOT
}

check_room() {
	[ -d "$pf" ] || refuse "no PF $parent: load its driver (modprobe vdcm_swpf)"
	[ -d "$pf/mdev_supported_types/$type" ] ||
		refuse "$parent does not offer $type"
	[ ! -e "$dev" ] || refuse "$uuid exists already"
	[ "$(cat "$pf/mdev_supported_types/$type/available_instances")" != 0 ] ||
		refuse "all ADIs of $parent are in use; remove one or load the PF driver with a larger max_adis"
}

# What the kernel said, when it refused in spite of the checks.
kernel_says() {
	if grep -F "$uuid" "$pf/last_error" >&2 2>/dev/null; then
		:
	elif command -v dmesg >/dev/null; then
		dmesg 2>/dev/null | grep -F "$uuid" | tail -n 1 >&2
	fi
	return 0
}

capabilities() {
	cat <<-'EOT'
	{"supports":{"version":2,
	"actions":["start","stop","define","undefine","modify","attributes","capabilities"],
	"events":["pre","post","notify","get","live"]}}
	EOT
}

# All that can be read and written. A MAC address that the guest set is among
# them, as it is for everyone who looks.
attributes() {
	[ -d "$dev" ] || refuse "$uuid does not exist"
	separator='['
	for f in "$dev"/*; do
		if [ ! -f "$f" ] || [ -L "$f" ]; then
			continue
		fi
		# by its mode: to root, every file seems readable
		case $(stat -c %A "$f") in
		-rw*) ;;
		*) continue ;;
		esac
		[ "${f##*/}" != uevent ] || continue
		value=$(cat "$f" 2>/dev/null) || continue
		printf '%s{"%s":"%s"}' "$separator" "${f##*/}" \
			"$(printf '%s' "$value" | sed 's/[\\"]/\\&/g')"
		separator=,
	done
	[ "$separator" = , ] || printf '['
	echo ']'
}

# Only what differs: the address of an open device can stay, not change. All of
# it, or what was there before.
live() { # CONFIG
	[ -d "$dev" ] || refuse "$uuid is not running"
	while read -r name value; do
		[ -z "$name" ] || [ -e "$dev/$name" ] ||
			refuse "$name: no such attribute"
	done <<-EOT
	$1
	EOT
	undo=''
	while read -r name value; do
		[ -n "$name" ] || continue
		old=$(cat "$dev/$name" 2>/dev/null) || old=''
		[ "$old" != "$value" ] || continue
		# where vdcm reads back "0" and "100 0" for what is the same
		[ "$name" != vlan ] || [ "$old" != "$value 0" ] || continue
		if ! vdcmctl --sysfs "$sys" set "$uuid" "$name=$value" >&2; then
			while read -r name value; do
				[ -z "$name" ] || vdcmctl --sysfs "$sys" set \
					"$uuid" "$name=$value" >&2
			done <<-EOT
			$undo
			EOT
			exit 1
		fi
		undo="$name $old
$undo"
	done <<-EOT
	$1
	EOT
}

case $event:$action in
get:capabilities)
	capabilities ;;
get:attributes)
	attributes ;;
pre:start | pre:define | pre:modify | live:modify)
	config=$(config_attrs) || exit 1
	check_config "$config"
	case $event:$action in
	pre:start) check_room ;;
	live:modify) live "$config" ;;
	esac ;;
post:start)
	[ "$state" != failure ] || kernel_says ;;
esac
exit 0
