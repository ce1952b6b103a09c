# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Which Debian mirrors the images are made from: those this machine's own apt
# is configured with. Sourced.

# One "URI SUITE" line per enabled source of this machine.
apt_sources()
{
	local f

	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -f "$f" ] || continue
		# "deb [options] URI suite component..."
		sed -n -E 's/#.*//; s/^[[:space:]]*deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+)[[:space:]]+([^[:space:]]+).*/\2 \3/p' "$f"
	done
	for f in /etc/apt/sources.list.d/*.sources; do
		[ -f "$f" ] || continue
		awk '
		function flush(   i, j, nu, ns, u, s) {
			if (types ~ /(^|[ \t])deb([ \t]|$)/ && enabled !~ /^[ \t]*(no|false|0)/) {
				nu = split(uris, u); ns = split(suites, s)
				for (i = 1; i <= nu; i++)
					for (j = 1; j <= ns; j++)
						print u[i], s[j]
			}
			types = uris = suites = enabled = field = ""
		}
		/^#/ { next }
		/^[ \t]*$/ { flush(); next }
		{
			line = $0
			if (line ~ /^[^ \t]/) {
				field = tolower(line); sub(/:.*/, "", field)
				sub(/^[^:]*:/, "", line)
			}
			if (field == "types") types = types " " line
			else if (field == "uris") uris = uris " " line
			else if (field == "suites") suites = suites " " line
			else if (field == "enabled") enabled = line
		}
		END { flush() }' "$f"
	done
}

# A URI of apt's mirror method names a file with the real ones; the image has
# no such file.
apt_resolve()
{
	local uri=$1

	case $uri in
	mirror+file:*)
		awk '!/^#/ && NF { print $1; exit }' "/${uri#mirror+file:/}" ;;
	*)
		printf '%s\n' "$uri" ;;
	esac | sed 's:/*$::'
}

# apt_mirror main|security
apt_mirror()
{
	local want=$1 codename uri suite

	case $want in
	main)		uri=${VDCM_VM_MIRROR:-} ;;
	security)	uri=${VDCM_VM_MIRROR_SECURITY:-} ;;
	esac
	if [ -n "$uri" ]; then
		printf '%s\n' "$uri"
		return
	fi
	# shellcheck disable=SC1091
	codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
	apt_sources | while read -r uri suite; do
		case $want:$suite in
		main:"$codename"|main:stable|security:"$codename"-security|security:stable-security)
			apt_resolve "$uri"
			break ;;
		esac
	done
}

# The settings that decide whether this machine's apt reaches its mirrors and
# accepts what they serve, as apt.conf lines.
apt_settings()
{
	apt-config dump |
		grep -E '^Acquire::(http|https|Retries|Check-Valid-Until|Check-Date|ForceIPv[46])' |
		grep -v '""' || true
	printf 'Acquire::Languages "none";\n'
}

# Does SUITE exist below URI? apt's own helper asks, as it knows the proxies.
apt_has_suite()
{
	local tmp status=0

	tmp=$(mktemp -d)
	/usr/lib/apt/apt-helper download-file "$1/dists/$2/InRelease" "$tmp/InRelease" \
		>/dev/null 2>&1 || status=1
	rm -rf "$tmp"
	return "$status"
}

# apt_lines RELEASE: the one-line sources of an image. An archived release
# loses its -updates and -security suites some day: take what is there.
apt_lines()
{
	local release=$1 base=${1%-backports} main security suite

	main=$(apt_mirror main)
	security=$(apt_mirror security)
	[ -n "$main" ] || return 1
	printf 'deb %s %s main\n' "$main" "$base"
	for suite in "$base-updates" "$release"; do
		[ "$suite" != "$base" ] || continue
		! apt_has_suite "$main" "$suite" ||
			printf 'deb %s %s main\n' "$main" "$suite"
	done
	if [ -n "$security" ] && apt_has_suite "$security" "$base-security"; then
		printf 'deb %s %s-security main\n' "$security" "$base"
	fi
}

apt_keyring()
{
	local f

	for f in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
		[ -f "$f" ] || continue
		printf '%s\n' "$f"
		return
	done
	return 1
}
