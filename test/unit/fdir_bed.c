// SPDX-License-Identifier: GPL-2.0
#include "avf_parse.h"
#include "fdir_bed.h"

const uint8_t mac_d[6] = { 2, 0, 0, 0, 0, 9 };
const uint8_t mac_s[6] = { 2, 0, 0, 0, 0, 7 };

struct rule *begin(void)
{
	static struct rule r;

	memset(&r, 0, sizeof(r));
	put_le16(r.m, 1);
	return &r;
}

uint8_t *hdr(struct rule *r, uint32_t type, uint32_t fields)
{
	uint8_t *h = r->m + 16 + 72 * r->nh++;

	put_le32(h, type);
	put_le32(h + 4, fields);
	put_le32(r->m + 12, r->nh);
	return h + 8;
}

uint8_t *action(struct rule *r, uint32_t type)
{
	uint8_t *a = r->m + 2324 + 36 * r->na++;

	put_le32(a, type);
	put_le32(r->m + 2320, r->na);
	return a + 4;
}

void to_queue(struct rule *r, uint16_t q)
{
	put_le16(action(r, A_QUEUE), q);
}

void to_mark(struct rule *r, uint32_t mark)
{
	put_le32(action(r, A_MARK), mark);
}

int send_rule(struct bed *b, const struct rule *r, uint32_t *id)
{
	static struct avfdrv_msg m;
	uint32_t i;

	memset(&m, 0xa5, sizeof(m));
	CHECK_EQ(avfdrv_cmd(&b->d, VC_ADD_FDIR, r->m, ADD_LEN, &m), 0);
	CHECK_EQ(m.len, ADD_LEN);
	for (i = 8; i < 2612; i++)
		CHECK_EQ_AT(m.data[i], 0, i);
	CHECK_EQ(get_le32(m.data), 0);
	if (get_le32(m.data + 2612))
		CHECK_EQ(get_le32(m.data + 4), 0);
	if (id)
		*id = get_le32(m.data + 4);
	return (int)get_le32(m.data + 2612);
}

int del_rule(struct bed *b, uint32_t id)
{
	uint8_t msg[DEL_LEN] = { 1 };
	struct avfdrv_msg m;

	put_le32(msg + 4, id);
	put_le32(msg + 8, 0xffffffff);
	CHECK_EQ(avfdrv_cmd(&b->d, VC_DEL_FDIR, msg, DEL_LEN, &m), 0);
	CHECK_EQ(m.len, DEL_LEN);
	return (int)get_le32(m.data + 8);
}

const struct avf_fdir_rule *match(struct bed *b, const uint8_t *frame,
				  uint32_t len)
{
	uint32_t hlen = len < AVF_FRAME_HDR ? len : AVF_FRAME_HDR;
	const struct avf_fdir_rule *r;
	uint8_t *copy = malloc(hlen);
	struct avf_pkt pkt;

	CHECK(copy);
	memcpy(copy, frame, hlen);
	avf_parse(copy, hlen, len, &pkt);
	r = avf_fdir_match(b->h.dev, copy, hlen, &pkt);
	free(copy);
	return r;
}

void open4(struct bed *b)
{
	struct avf_params p = {
		.num_qps = 4, .mac = { 2, 0, 0, 0, 0, 9 }, .link_mbps = 10000,
		.link_up = true,
	};

	bed_open_params(b, &p);
	avfdrv_pci_on(&b->d, 5);
	avfdrv_mbx_init(&b->d);
	CHECK_EQ(avfdrv_version(&b->d, 1, 1), 0);
	CHECK_EQ(avfdrv_resources(&b->d), 0);
	CHECK(b->d.caps & CAP_FDIR);
	avfdrv_drain(&b->d);
}

struct rule *ip4(uint32_t src)
{
	struct rule *m = begin();

	hdr(m, H_ETH, 0);
	put_le32(hdr(m, H_IP4, F(0)) + 12, src);
	return m;
}

uint32_t ip4_frame(uint8_t *frame, uint32_t src)
{
	uint32_t len = ip_frame(frame, mac_d, mac_s, 4, 17, 64);
	uint32_t sum = 0, i;

	put_le32(frame + 26, src);
	put_le16(frame + 24, 0);
	for (i = 14; i < 34; i += 2)
		sum += (uint32_t)frame[i] << 8 | frame[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~(sum + (sum >> 16));
	frame[24] = (uint8_t)(sum >> 8);
	frame[25] = (uint8_t)sum;
	/* UDP without a checksum */
	put_le16(frame + 40, 0);
	return len;
}
