// SPDX-License-Identifier: GPL-2.0
/*
 * Writes JSON (RFC 8259), indented.
 */
#include <string.h>

#include "vdcmctl.h"

void json_init(struct json *j, FILE *f)
{
	memset(j, 0, sizeof(*j));
	j->f = f;
}

/* Bytes of the UTF-8 sequence at @s; 0 when it is none. */
static size_t utf8_len(const unsigned char *s)
{
	uint32_t c, min;
	size_t n, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc0 && s[0] < 0xe0) {
		n = 2;
		c = s[0] & 0x1f;
		min = 0x80;
	} else if (s[0] >= 0xe0 && s[0] < 0xf0) {
		n = 3;
		c = s[0] & 0x0f;
		min = 0x800;
	} else if (s[0] >= 0xf0 && s[0] < 0xf8) {
		n = 4;
		c = s[0] & 0x07;
		min = 0x10000;
	} else {
		return 0;
	}
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < min || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	return n;
}

static void put_string(struct json *j, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	fputc('"', j->f);
	while (*s) {
		size_t n = utf8_len(s);

		if (!n) {
			fputs("\\ufffd", j->f);
			n = 1;
		} else if (*s == '"' || *s == '\\') {
			fprintf(j->f, "\\%c", *s);
		} else if (*s == '\n') {
			fputs("\\n", j->f);
		} else if (*s < 0x20 || *s == 0x7f) {
			fprintf(j->f, "\\u%04x", *s);
		} else {
			fwrite(s, 1, n, j->f);
		}
		s += n;
	}
	fputc('"', j->f);
}

/* What stands before any value: comma, line, key. */
static void put_key(struct json *j, const char *key)
{
	if (j->depth) {
		if (j->used[j->depth])
			fputc(',', j->f);
		j->used[j->depth] = true;
		fprintf(j->f, "\n%*s", (int)(2 * j->depth), "");
	}
	if (key) {
		put_string(j, key);
		fputs(": ", j->f);
	}
}

void json_begin(struct json *j, const char *key, char bracket)
{
	put_key(j, key);
	fputc(bracket, j->f);
	j->depth++;
	j->used[j->depth] = false;
}

void json_end(struct json *j, char bracket)
{
	bool used = j->used[j->depth];

	j->depth--;
	if (used)
		fprintf(j->f, "\n%*s", (int)(2 * j->depth), "");
	fputc(bracket, j->f);
	if (!j->depth)
		fputc('\n', j->f);
}

void json_str(struct json *j, const char *key, const char *value)
{
	put_key(j, key);
	if (value)
		put_string(j, value);
	else
		fputs("null", j->f);
}

void json_value(struct json *j, const char *key, const char *value)
{
	uint64_t number;

	/* "007" is no number in JSON. */
	if (!parse_u64(value, &number) || (*value == '0' && value[1])) {
		json_str(j, key, value);
		return;
	}
	put_key(j, key);
	fputs(value, j->f);
}

void json_real(struct json *j, const char *key, double value)
{
	put_key(j, key);
	fprintf(j->f, "%.3f", value);
}

void json_names(struct json *j, const char *key, const struct names *names)
{
	size_t i;

	json_begin(j, key, '[');
	for (i = 0; i < names->n; i++)
		json_str(j, NULL, names->v[i]);
	json_end(j, ']');
}
