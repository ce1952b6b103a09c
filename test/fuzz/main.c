// SPDX-License-Identifier: GPL-2.0
/* Replays inputs: files, and the files in directories. Needs no libFuzzer. */
#include <dirent.h>
#include <sys/stat.h>

#include "fuzz.h"

static u32 count;

static void replay(const char *path)
{
	static u8 buf[1 << 20];
	struct dirent *e;
	struct stat st;
	size_t n, i;
	u8 *copy;
	FILE *in;
	DIR *dir;

	if (stat(path, &st)) {
		perror(path);
		exit(1);
	}
	if (S_ISDIR(st.st_mode)) {
		dir = opendir(path);
		while (dir && (e = readdir(dir))) {
			char sub[4096];

			if (e->d_name[0] == '.')
				continue;
			snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name);
			replay(sub);
		}
		if (dir)
			closedir(dir);
		return;
	}
	in = fopen(path, "rb");
	if (!in) {
		perror(path);
		exit(1);
	}
	n = fread(buf, 1, sizeof(buf), in);
	fclose(in);
	/* of the exact size, that an overrun is seen */
	copy = malloc(n ? n : 1);
	for (i = 0; i < n; i++)
		copy[i] = buf[i];
	if (getenv("FUZZ_VERBOSE"))
		fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	count++;
}

int main(int argc, char **argv)
{
	int i;

	fz_msg_selftest();
	for (i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%s: %u inputs\n", fz_name, count);
	return !count;
}
