// SPDX-License-Identifier: GPL-2.0
/*
 * Admin commands of the function and its port: version, ownership,
 * capabilities, addresses, link.
 */
#include <string.h>

#include "e810_priv.h"

enum e810_rc e810_cmd_version(struct e810 *e, struct e810_cmd *c)
{
	(void)e;
	put32(c->param + 0, 0);
	put32(c->param + 4, 1);			/* build */
	memcpy(c->param + 8, (uint8_t[]){ 0, 4, 5, 0 }, 4);	/* firmware */
	memcpy(c->param + 12, (uint8_t[]){ 0, 1, 5, 0 }, 4);	/* API 1.5 */
	return RC_OK;
}

enum e810_rc e810_cmd_driver(struct e810 *e, struct e810_cmd *c)
{
	(void)e;
	(void)c;
	return RC_OK;
}

enum e810_rc e810_cmd_shutdown(struct e810 *e, struct e810_cmd *c)
{
	if (c->param[0] & ~1u)
		return e810_bad(e, c, RC_EINVAL, "reserved bits");
	return RC_OK;
}

/* Ownership: 1 NVM, 3 change lock, 4 global configuration lock. */
enum e810_rc e810_cmd_req_res(struct e810 *e, struct e810_cmd *c)
{
	unsigned int id = get16(c->param), access = get16(c->param + 2);

	if ((id != 1 && id != 3 && id != 4) || (access != 1 && access != 2))
		return e810_bad(e, c, RC_EINVAL, "resource or access type");
	if (e->res_held >> id & 1)
		return RC_EBUSY;
	e->res_held |= (uint8_t)(1u << id);
	put32(c->param + 4, 3000);	/* milliseconds until it is taken away */
	put16(c->param + 12, 0);
	return RC_OK;
}

enum e810_rc e810_cmd_release_res(struct e810 *e, struct e810_cmd *c)
{
	unsigned int id = get16(c->param);

	if (id > 4 || !(e->res_held >> id & 1))
		return e810_bad(e, c, RC_EINVAL, "a resource that is not held");
	e->res_held &= (uint8_t)~(1u << id);
	return RC_OK;
}

static void put_cap(uint8_t **p, unsigned int id, uint32_t number,
		    uint32_t phys)
{
	memset(*p, 0, CAP_SIZE);
	put16(*p + CAP_ID, id);
	(*p)[CAP_MAJOR] = 1;
	put32(*p + CAP_NUMBER, number);
	put32(*p + CAP_PHYS, phys);
	*p += CAP_SIZE;
}

/*
 * The list of capabilities, of the function or the device. What a driver would
 * switch on and the model has not is not in it.
 */
enum e810_rc e810_cmd_caps(struct e810 *e, struct e810_cmd *c)
{
	bool dev = c->opcode == OP_DEV_CAPS;
	uint8_t *p = c->buf;

	put_cap(&p, CAP_VALID_FUNCTIONS, 1, 0);
	put_cap(&p, CAP_VSI, dev ? E810_VSIS : E810_VSIS - 1, 0);
	put_cap(&p, CAP_RXQS, E810_QUEUES, 0);
	put_cap(&p, CAP_TXQS, E810_QUEUES, 0);
	put_cap(&p, CAP_MSIX, e->config.vectors, 0);
	put_cap(&p, CAP_MAX_MTU, E810_MAX_FRAME, 0);
	put32(c->param + 4, (uint32_t)(p - c->buf) / CAP_SIZE);
	if (c->len < (uint32_t)(p - c->buf))
		return RC_ENOMEM;
	c->len = (uint32_t)(p - c->buf);
	return RC_OK;
}

enum e810_rc e810_cmd_mac_read(struct e810 *e, struct e810_cmd *c)
{
	put16(c->param, 0x0010);	/* the LAN address is valid */
	c->param[4] = 1;
	c->buf[0] = 0;
	c->buf[1] = 0;			/* of type LAN */
	memcpy(c->buf + 2, e->mac, 6);
	c->len = 8;
	return RC_OK;
}

enum e810_rc e810_cmd_mac_write(struct e810 *e, struct e810_cmd *c)
{
	if (c->param[1] & ~0xc3u)
		return e810_bad(e, c, RC_EINVAL, "reserved flags");
	if (c->param[2] & 1 || !memcmp(c->param + 2, "\0\0\0\0\0", 6))
		return e810_bad(e, c, RC_EINVAL, "not a unicast address");
	memcpy(e->mac, c->param + 2, 6);
	return RC_OK;
}

enum e810_rc e810_cmd_clear_pxe(struct e810 *e, struct e810_cmd *c)
{
	if (c->param[0] != 2)
		return e810_bad(e, c, RC_EINVAL, "not the known value");
	*e810_reg(e, R_GLLAN_RCTL_0, 0) &= ~1u;
	e->pxe = false;
	return RC_OK;
}

/* The port, then every VSI; as many as fit, and where to go on. */
enum e810_rc e810_cmd_sw_cfg(struct e810 *e, struct e810_cmd *c)
{
	unsigned int next = get16(c->param + 2), n = 0;
	uint8_t *p = c->buf;

	if (next >= E810_VSIS)
		return e810_bad(e, c, RC_EINVAL, "first element");
	put16(c->param + 2, 0);
	for (; next < E810_VSIS; next++) {
		if (next && !e->vsi[next].used)
			continue;
		if ((n + 1) * SWCFG_SIZE > c->len) {
			put16(c->param + 2, next);
			break;
		}
		put16(p, next ? SWCFG_VSI | next : SWCFG_PHYS_PORT);
		put16(p + 2, E810_SW_ID);
		put16(p + 4, 0);
		p += SWCFG_SIZE;
		n++;
	}
	put16(c->param + 4, n);
	c->len = n * SWCFG_SIZE;
	return RC_OK;
}

enum e810_rc e810_cmd_clear_pf(struct e810 *e, struct e810_cmd *c)
{
	unsigned int i;

	for (i = 1; i < E810_VSIS; i++)
		if (e810_vsi_busy(e, i))
			return e810_bad(e, c, RC_EBUSY, "queues are on");
	e810_switch_reset(e);
	for (i = 1; i < E810_VSIS; i++)
		e->vsi[i].used = false;
	memset(e->rxq_vsi, 0, sizeof(e->rxq_vsi));
	return RC_OK;
}

enum e810_rc e810_cmd_phy_caps(struct e810 *e, struct e810_cmd *c)
{
	unsigned int mode = get16(c->param + 2);

	if (c->param[0] || mode & ~7u || (mode & 6) == 6)
		return e810_bad(e, c, RC_EINVAL, "port or report mode");
	(void)e;
	put64(c->buf, PHY_25GBASE_CR);
	c->buf[16] = 0x18;		/* link enabled, autonegotiation */
	c->buf[27] = 0;
	c->buf[28] = 0xa0;		/* SFP+, passive copper */
	c->buf[29] = 0x01;
	c->buf[30] = 0xa0;
	return RC_OK;
}

enum e810_rc e810_cmd_set_phy(struct e810 *e, struct e810_cmd *c)
{
	if (c->param[0])
		return e810_bad(e, c, RC_EINVAL, "port");
	if (get64(c->buf) & ~PHY_25GBASE_CR)
		return e810_bad(e, c, RC_EINVAL, "PHY types it has not");
	if (c->buf[16] & 0x10)
		return e810_bad(e, c, RC_EINVAL, "reserved bits");
	if (get64(c->buf))
		e810_set_link(e, c->buf[16] & 0x08);
	return RC_OK;
}

enum e810_rc e810_cmd_mac_cfg(struct e810 *e, struct e810_cmd *c)
{
	unsigned int max = get16(c->param);

	/* bit 2 is "append a CRC" to iPXE, reserved to others */
	if (max < 1518 || max > E810_MAX_FRAME || c->param[2] & 0x03 ||
	    c->param[8] & ~1u)
		return e810_bad(e, c, RC_EINVAL, "frame size or reserved bits");
	e->max_frame = (uint16_t)max;
	return RC_OK;
}

enum e810_rc e810_cmd_restart_an(struct e810 *e, struct e810_cmd *c)
{
	if (c->param[0] || c->param[2] & ~6u || !(c->param[2] & 2))
		return e810_bad(e, c, RC_EINVAL, "port or flags");
	e810_set_link(e, c->param[2] & 4);
	return RC_OK;
}

void e810_link_data(const struct e810 *e, uint8_t *p)
{
	memset(p, 0, LINK_STATUS_SIZE);
	p[2] = LINK_MEDIA;
	put16(p + 6, e->max_frame);
	if (!e->link)
		return;
	p[2] |= LINK_UP | LINK_UP_PORT | LINK_SIGNAL;
	p[3] = 0x83;			/* autonegotiated, module is fine */
	put16(p + 10, LINK_SPEED_25G);
	put64(p + 16, PHY_25GBASE_CR);
}

enum e810_rc e810_cmd_link(struct e810 *e, struct e810_cmd *c)
{
	unsigned int lse = get16(c->param + 2);

	if (c->param[0] || lse == 1 || lse > 3)
		return e810_bad(e, c, RC_EINVAL, "port or flags");
	if (lse)
		e->lse = lse == 3;
	put16(c->param + 2, e->lse);
	e810_link_data(e, c->buf);
	c->len = LINK_STATUS_SIZE;
	return RC_OK;
}

enum e810_rc e810_cmd_event_mask(struct e810 *e, struct e810_cmd *c)
{
	if (c->param[0])
		return e810_bad(e, c, RC_EINVAL, "port");
	e->event_mask = get16(c->param + 8);	/* a one hides an event */
	return RC_OK;
}
