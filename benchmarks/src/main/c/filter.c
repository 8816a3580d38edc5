// SPDX-License-Identifier: Apache-2.0
//
// What a packet costs in libpcap's bpf_filter, if filters are asked one after the other until one
// accepts it; or, with a third argument, in a function written by hand. Reads filters and packets
// from a file: the text of all filters with its length before it, then each packet with its length
// before it, 32 bits little-endian. The text is the number of filters, then each in the decimal form
// of tcpdump. Prints nanoseconds for each packet, the best of three equal parts of the time given
// in milliseconds, and a number made of all answers: for each packet the index of its filter, or -1.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_PACKETS = 4096 };

static struct bpf_insn **filter;
static int filters;
static unsigned char *packet[MAX_PACKETS];
static uint32_t length[MAX_PACKETS];
static int packets;
// Back to back, as the packets of the candidate are.
static unsigned char memory[1 << 22];
static size_t used;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static void *need(void *allocated) {
    if (allocated == NULL) {
        fprintf(stderr, "filter: out of memory\n");
        exit(1);
    }
    return allocated;
}

static uint32_t read_length(FILE *file) {
    uint32_t bytes;
    return fread(&bytes, 4, 1, file) == 1 ? bytes : UINT32_MAX;
}

static void read_content(FILE *file, void *to, uint32_t bytes) {
    if (fread(to, 1, bytes, file) != bytes) {
        fprintf(stderr, "filter: the file is cut short\n");
        exit(1);
    }
}

static void read_filters(FILE *file) {
    uint32_t bytes = read_length(file);
    if (bytes > 1 << 26) {
        fprintf(stderr, "filter: no filters, or too many\n");
        exit(1);
    }
    char *text = need(calloc(bytes + 1, 1));
    read_content(file, text, bytes);
    filters = strtol(text, &text, 10);
    filter = need(calloc(filters + 1, sizeof *filter));
    for (int f = 0; f < filters; f++) {
        int count = strtol(text, &text, 10);
        struct bpf_insn *program = need(calloc(count + 1, sizeof *program));
        for (int i = 0; i < count; i++) {
            program[i].code = strtoul(text, &text, 10);
            program[i].jt = strtoul(text, &text, 10);
            program[i].jf = strtoul(text, &text, 10);
            program[i].k = strtoul(text, &text, 10);
        }
        if (!bpf_validate(program, count)) {
            fprintf(stderr, "filter: libpcap refuses filter %d\n", f);
            exit(1);
        }
        filter[f] = program;
    }
}

static void read_packets(FILE *file) {
    for (uint32_t bytes; packets < MAX_PACKETS && (bytes = read_length(file)) != UINT32_MAX;) {
        if (bytes > sizeof memory - used) {
            fprintf(stderr, "filter: too many packets\n");
            exit(1);
        }
        packet[packets] = memory + used;
        length[packets] = bytes;
        read_content(file, packet[packets++], bytes);
        used += bytes;
    }
}

static uint32_t half(const unsigned char *at) {
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return ntohs(value);
}

static uint32_t word(const unsigned char *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return ntohl(value);
}

// tcp dst port 80 and host 10.0.0.1
static int by_hand(const unsigned char *p, uint32_t bytes) {
    if (bytes < 34 || half(p + 12) != 0x0800 || p[23] != 6 || (half(p + 20) & 0x1fff) != 0)
        return 0;
    if (word(p + 26) != 0x0a000001 && word(p + 30) != 0x0a000001)
        return 0;
    uint32_t at = 14 + 4 * (p[14] & 15) + 2;
    return at + 2 <= bytes && half(p + at) == 80;
}

static uint32_t pass_by_hand(void) {
    uint32_t hash = 0;
    for (int i = 0; i < packets; i++)
        hash = hash * 31 + (by_hand(packet[i], length[i]) ? 0 : -1);
    return hash;
}

static uint32_t pass_by_libpcap(void) {
    uint32_t hash = 0;
    for (int i = 0; i < packets; i++) {
        int answer = -1;
        for (int f = 0; f < filters && answer < 0; f++)
            if (bpf_filter(filter[f], packet[i], length[i], length[i]))
                answer = f;
        hash = hash * 31 + answer;
    }
    return hash;
}

static double measure(uint32_t (*pass)(void), double nanos, uint32_t expected) {
    long done = 0;
    double start = now(), at = start;
    while (at - start < nanos) {
        if (pass() != expected) {
            fprintf(stderr, "filter: two passes differ\n");
            exit(1);
        }
        done += packets;
        at = now();
    }
    return (at - start) / done;
}

int main(int argc, char **argv) {
    FILE *file = argc == 3 || argc == 4 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, "usage: filter FILE MILLIS [hand]\n");
        return 2;
    }
    read_filters(file);
    read_packets(file);
    uint32_t (*pass)(void) = argc == 4 ? pass_by_hand : pass_by_libpcap;
    uint32_t hash = pass();
    double part = atof(argv[2]) * 1e6 / 3;
    double best = measure(pass, part, hash);
    for (int i = 0; i < 2; i++) {
        double other = measure(pass, part, hash);
        best = other < best ? other : best;
    }
    printf("%.3f %d\n", best, (int)hash);
    return 0;
}
