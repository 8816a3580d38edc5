// SPDX-License-Identifier: Apache-2.0
// Which blocks an inode owns: its direct pointers, joined to runs of consecutive blocks.
#include "bpf.h"

#define DIRECT 12
#define MAGIC 0x45444f4e

struct inode_block {
    u32 magic;
    u32 size;
    u64 direct[DIRECT]; // 0 where there is no block
};

struct extent {
    u64 first;
    u64 count;
};

long owns(const struct inode_block *meta, long metaLen, struct extent *out, long outLen)
{
    if (metaLen < (long)sizeof(*meta) || outLen < DIRECT * (long)sizeof(*out))
        return -1;
    if (meta->magic != MAGIC)
        return -1;

    u64 first = 0;
    u64 count = 0;
    u64 runs = 0;
#pragma clang loop unroll(disable)
    for (int i = 0; i < DIRECT; i++) {
        u64 block = meta->direct[i];
        if (!block)
            continue;
        if (count && block == first + count) {
            count++;
            continue;
        }
        if (count && runs < DIRECT) {
            out[runs].first = first;
            out[runs].count = count;
            runs++;
        }
        first = block;
        count = 1;
    }
    if (count && runs < DIRECT) {
        out[runs].first = first;
        out[runs].count = count;
        runs++;
    }
    return runs;
}
