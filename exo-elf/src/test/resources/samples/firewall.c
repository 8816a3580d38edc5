// SPDX-License-Identifier: Apache-2.0
// A firewall: the first rule that matches a packet says whether it passes.
#include "bpf.h"

struct rule {
    u32 net;
    u32 mask;
    u16 first_port;
    u16 last_port;
    u8 protocol; // 0 for any
    u8 passes;
    u16 unused;
};

#define RULES 4

static const volatile struct rule rules[RULES] = {
    {0x0a000000, 0xff000000, 22, 22, IP_TCP, 1, 0},      // ssh from 10/8
    {0x00000000, 0x00000000, 22, 22, IP_TCP, 0, 0},      // but from nowhere else
    {0xc0a80000, 0xffff0000, 0, 65535, 0, 1, 0},         // anything from 192.168/16
    {0x00000000, 0x00000000, 53, 53, IP_UDP, 1, 0},      // names from anywhere
};

SEC("xdp")
int firewall(struct xdp_md *ctx)
{
    u8 *data = (u8 *)(long)ctx->data;
    u8 *end = (u8 *)(long)ctx->data_end;
    struct eth_header *eth = (void *)data;
    struct ip4_header *ip = (void *)(eth + 1);
    struct ports *ports = (void *)(ip + 1);

    if ((u8 *)(ports + 1) > end)
        return 0;
    if (eth->type != htons(ETH_IP4) || ip->version_length != 0x45)
        return 0;

    u32 from = htonl(ip->from);
    u8 protocol = ip->protocol;
    u16 port = 0;
    if (protocol == IP_TCP || protocol == IP_UDP)
        port = htons(ports->to);

#pragma clang loop unroll(disable)
    for (int i = 0; i < RULES; i++) {
        const volatile struct rule *rule = &rules[i];
        if ((from & rule->mask) != rule->net)
            continue;
        if (rule->protocol && rule->protocol != protocol)
            continue;
        if (port < rule->first_port || port > rule->last_port)
            continue;
        return rule->passes ? 65535 : 0;
    }
    return 0;
}
