// SPDX-License-Identifier: Apache-2.0
// A load balancer: packets of one connection go to one of four machines, whose Ethernet address is
// written into the packet.
#include "bpf.h"

#define BACKENDS 4

static const u8 backends[BACKENDS][6] = {
    {2, 0, 0, 0, 0, 0x10},
    {2, 0, 0, 0, 0, 0x11},
    {2, 0, 0, 0, 0, 0x12},
    {2, 0, 0, 0, 0, 0x13},
};

static inline u32 mix(u32 hash, u32 word)
{
    hash ^= word;
    hash *= 0x9e3779b1;
    return hash ^ hash >> 15;
}

SEC("xdp")
int balance(struct xdp_md *ctx)
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
    if (ip->protocol != IP_TCP && ip->protocol != IP_UDP)
        return 0;

    u32 hash = mix(mix(mix(ip->protocol, ip->from), ip->to), *(u32 *)ports);
    u32 index = hash % BACKENDS;
    for (int i = 0; i < 6; i++)
        eth->to[i] = backends[index][i];
    return index + 1;
}
