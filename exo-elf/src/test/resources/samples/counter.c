// SPDX-License-Identifier: Apache-2.0
// A counter: packets and bytes per protocol of IP, in memory that outlives a run.
#include "bpf.h"

u64 packets[256];
u64 bytes[256];
u64 others = 0;
u64 limit = 9000; // in .data: packets above count as others

static NOINLINE u32 protocol_of(const struct ip4_header *ip, const u8 *end)
{
    if ((const u8 *)(ip + 1) > end)
        return 256;
    return ip->protocol;
}

NOINLINE int count(u32 protocol, u64 length)
{
    if (protocol > 255 || length > limit) {
        __sync_fetch_and_add(&others, 1);
        return 0;
    }
    __sync_fetch_and_add(&packets[protocol], 1);
    __sync_fetch_and_add(&bytes[protocol], length);
    return 1;
}

SEC("xdp")
int counter(struct xdp_md *ctx)
{
    u8 *data = (u8 *)(long)ctx->data;
    u8 *end = (u8 *)(long)ctx->data_end;
    struct eth_header *eth = (void *)data;
    struct ip4_header *ip = (void *)(eth + 1);
    if ((u8 *)(ip + 1) > end || eth->type != htons(ETH_IP4))
        return count(256, 0);
    return count(protocol_of(ip, end), htons(ip->total_length));
}
