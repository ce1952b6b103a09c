# bash completion for vdcmctl(8)                           -*- shell-script -*-
# SPDX-License-Identifier: GPL-2.0

_vdcmctl_reply()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

# PFs, types, devices: of vdcm's only.
_vdcmctl_types()
{
	local t

	for t in "$1"/class/mdev_bus/*/mdev_supported_types/*-vdcm*; do
		[ ! -d "$t" ] || printf '%s\n' "$t"
	done
}

_vdcmctl_uuids()
{
	local d type

	for d in "$1"/bus/mdev/devices/*; do
		type=$(readlink "$d/mdev_type")
		case ${type##*/} in
		*-vdcm*) printf '%s\n' "${d##*/}" ;;
		esac
	done
}

# What can be written to a device; without one, to any.
_vdcmctl_attributes()
{
	local f seen=' '

	for f in "$1"/bus/mdev/devices/*/*; do
		# a plain file that its owner can write
		case $(stat -c %A "$f" 2>/dev/null):$f in
		*/uevent | */remove) continue ;;
		-?w*/"${2:-}"*/*) ;;
		*) continue ;;
		esac
		f=${f##*/}
		case $seen in
		*" $f "*) ;;
		*)
			seen+="$f "
			printf '%s\n' "$f" ;;
		esac
	done
	# Nothing to look at yet.
	[ "$seen" != ' ' ] || [ -n "$2" ] || printf '%s\n' mac link speed vlan \
		trust spoofchk max_tx_rate weight doorbell
}

_vdcmctl_values()
{
	case $1 in
	link) echo up down ;;
	trust | spoofchk) echo 0 1 ;;
	doorbell) echo auto mapped trap ;;
	reset) echo 1 ;;
	esac
}

_vdcmctl_operands()
{
	local sys=$1 command=$2 n=$3 uuid=$4 cur=$5

	case $command:$n in
	show:0 | set:0 | stats:* | remove:*)
		_vdcmctl_reply "$(_vdcmctl_uuids "$sys")" "$cur" ;;
	set:* | create:*)
		_vdcmctl_reply "$(_vdcmctl_attributes "$sys" "$uuid")" "$cur"
		COMPREPLY=("${COMPREPLY[@]/%/=}")
		compopt -o nospace 2>/dev/null || true ;;
	esac
}

_vdcmctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local sys=${VDCM_SYSFS:-/sys} command='' uuid='' n=0 i w types
	local commands='list show create remove set stats top report'
	local options='--json --sysfs --kmsg --help --version'

	COMPREPLY=()
	# bash takes "link=up" for three words.
	if [ "$cur" = = ]; then
		_vdcmctl_reply "$(_vdcmctl_values "$prev")" ''
		return
	elif [ "$prev" = = ]; then
		_vdcmctl_reply "$(_vdcmctl_values "${COMP_WORDS[COMP_CWORD - 2]}")" "$cur"
		return
	fi

	for ((i = 1; i < COMP_CWORD; i++)); do
		w=${COMP_WORDS[i]}
		case $w in
		--sysfs)
			i=$((i + 1))
			sys=${COMP_WORDS[i]} ;;
		--kmsg | --pf | --type | --uuid | --count | --delay | -[ptund])
			i=$((i + 1)) ;;
		=)
			i=$((i + 1)) ;;
		-*) ;;
		*)
			if [ -z "$command" ]; then
				command=$w
			else
				[ "$n" -gt 0 ] || [ "$command" != set ] ||
					uuid=$w
				n=$((n + 1))
			fi ;;
		esac
	done

	case $prev in
	--sysfs)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return ;;
	--kmsg)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--pf | -p)
		types=$(_vdcmctl_types "$sys")
		_vdcmctl_reply "$(sed 's,.*/mdev_bus/,,; s,/.*,,' <<<"$types" | sort -u)" "$cur"
		compopt -o filenames 2>/dev/null || true
		return ;;
	--type | -t)
		types=$(_vdcmctl_types "$sys")
		_vdcmctl_reply "$(xargs -r -n 1 basename <<<"$types" | sort -u)" "$cur"
		return ;;
	--uuid | -u | --count | -n | --delay | -d)
		return ;;
	esac

	case $command in
	create) options+=' --pf --type --uuid' ;;
	top) options+=' --batch --count --delay' ;;
	esac
	case $cur in
	-*) _vdcmctl_reply "$options" "$cur" ;;
	*)
		if [ -z "$command" ]; then
			_vdcmctl_reply "$commands" "$cur"
		else
			_vdcmctl_operands "$sys" "$command" "$n" "$uuid" "$cur"
		fi ;;
	esac
}

complete -F _vdcmctl vdcmctl
