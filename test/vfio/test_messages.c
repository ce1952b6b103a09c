// SPDX-License-Identifier: GPL-2.0
/*
 * virtchnl through a real mediated device: opcodes that do not exist, and every
 * message one byte short and one byte long. Each gets exactly one answer, and
 * the device goes on.
 */
#include <string.h>
#include <unistd.h>

#include "vfiodev.h"

static const struct {
	uint32_t op;
	uint32_t len;
} msgs[] = {
	{ 1, 8 }, { 3, 4 }, { 6, 72 + 64 }, { 7, 14 + 12 }, { 8, 12 },
	{ 9, 12 }, { 10, 12 + 8 }, { 11, 12 + 8 }, { 14, 4 }, { 15, 12 },
	{ 18, 8 }, { 23, 5 + 52 }, { 24, 5 + 64 }, { 26, 8 },
};

static int answer(struct avfdrv *d, uint32_t op, const void *msg, uint32_t len)
{
	struct avfdrv_msg m;
	int status = avfdrv_cmd(d, op, msg, len, &m);

	CHECK(status != DRV_TIMEOUT, "opcode %u length %u: no answer", op, len);
	CHECK(m.op == op, "opcode %u answered as %u", op, m.op);
	CHECK(!avfdrv_recv_reply(d, &m), "opcode %u answered twice", op);
	return status;
}

int main(int argc, char **argv)
{
	static struct avfdrv d;
	static uint8_t msg[AQ_BUF];
	struct vfio_mem mem;
	struct vfiodev v;
	uint32_t i, op;
	int status;

	CHECK(argc >= 2, "usage: %s UUID", argv[0]);
	vfio_mem_init(&mem, 32 << 20);
	vfiodev_open(&v, argv[1], VFIO_TYPE1v2_IOMMU, &mem, NULL);
	avfdrv_init(&d, &vfiodev_transport, &v);
	avfdrv_pci_on(&d, 2);
	CHECK(!avfdrv_probe(&d));
	CHECK(!avfdrv_up(&d));

	for (i = 0; i < sizeof(msgs) / sizeof(msgs[0]); i++) {
		int32_t by;

		/* Short by one, long by one, nothing at all. */
		for (by = -1; by <= 1; by += 2) {
			uint32_t len = (uint32_t)((int32_t)msgs[i].len + by);

			status = answer(&d, msgs[i].op, msg, len);
			CHECK(status == VC_EPARAM, "opcode %u length %u: %d",
			      msgs[i].op, len, status);
		}
	}
	for (op = 100; op < 160; op++)
		CHECK(answer(&d, op, msg, 16) == VC_ENOTSUPP, "opcode %u", op);
	CHECK(answer(&d, 0xffffffff, msg, 0) == VC_ENOTSUPP);
	CHECK(answer(&d, 0x12345678, msg, 4096) == VC_ENOTSUPP);
	CHECK(answer(&d, 19, msg, 0) == VC_ENOTSUPP);

	/* Still a device. */
	CHECK(!avfdrv_reset(&d));
	memset(msg, 0, 12);
	put_le16(msg, d.vsi);
	CHECK(!answer(&d, VC_GET_STATS, msg, 12));
	avfdrv_remove(&d);
	vfiodev_close(&v);
	vfio_mem_fini(&mem);
	printf("messages: ok\n");
	return 0;
}
