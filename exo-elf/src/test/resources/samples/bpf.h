// SPDX-License-Identifier: Apache-2.0
// What the samples share: no header of the system is needed.
#ifndef SAMPLES_BPF_H
#define SAMPLES_BPF_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define SEC(name) __attribute__((section(name), used))
#define NOINLINE __attribute__((noinline))

// As linux/bpf.h has it.
struct xdp_md {
    u32 data;
    u32 data_end;
    u32 data_meta;
    u32 ingress_ifindex;
    u32 rx_queue_index;
    u32 egress_ifindex;
};

struct eth_header {
    u8 to[6];
    u8 from[6];
    u16 type;
} __attribute__((packed));

struct ip4_header {
    u8 version_length;
    u8 service;
    u16 total_length;
    u16 id;
    u16 fragment;
    u8 ttl;
    u8 protocol;
    u16 checksum;
    u32 from;
    u32 to;
} __attribute__((packed));

struct ports {
    u16 from;
    u16 to;
} __attribute__((packed));

#define htons(x) __builtin_bswap16(x)
#define htonl(x) __builtin_bswap32(x)

#define ETH_IP4 0x0800
#define IP_ICMP 1
#define IP_TCP 6
#define IP_UDP 17

#endif
