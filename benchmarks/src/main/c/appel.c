// SPDX-License-Identifier: Apache-2.0
//
// What the operations of Appel and Li cost from the host itself: mprotect, a handler of SIGSEGV,
// and PAGEMAP_SCAN, by which the host tells whether a page was written. Prints a line for each, its
// name and nanoseconds, the best of three equal parts of the time given in milliseconds.
//
// The memory is private and anonymous, of small pages that were all written before. Each block of
// 100 pages is a mapping of its own, so that protecting a whole block splits none.

#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define PAGE 4096L
#define PAGES 100
#define BLOCKS 16
#define CHOICES 4096
#define READ_WRITE (PROT_READ | PROT_WRITE)

static char *block[BLOCKS];
static int order[PAGES];
static int chosen[CHOICES]; // random pages, so that what is measured does not have to choose
static int next_choice;
static int pagemap = -1;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void set(char *at, long pages, int protection) {
    if (mprotect(at, pages * PAGE, protection)) {
        die("mprotect");
    }
}

static unsigned next_random(void) {
    static uint64_t seed = 42;
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return seed >> 33;
}

static char *random_page(void) {
    return block[0] + chosen[next_choice++ & (CHOICES - 1)] * PAGE;
}

static void choose(void) {
    for (int i = 0; i < CHOICES; i++) {
        chosen[i] = next_random() % PAGES;
    }
}

static void fill_blocks(void) {
    for (int b = 0; b < BLOCKS; b++) {
        // One page more, without access, keeps the host from joining neighbours.
        block[b] = mmap(NULL, (PAGES + 1) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (block[b] == MAP_FAILED) {
            die("mmap");
        }
        madvise(block[b], (PAGES + 1) * PAGE, MADV_NOHUGEPAGE);
        set(block[b], PAGES, READ_WRITE);
        for (int i = 0; i < PAGES; i++) {
            block[b][i * PAGE] = 1;
        }
    }
}

static void shuffle(void) {
    for (int i = 0; i < PAGES; i++) {
        int j = next_random() % (i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}

// ---- traps ------------------------------------------------------------------------------------

enum { SKIP, SWAP, OPEN };
static volatile int on_fault;
static char *volatile open_page; // the one page that appel1 leaves accessible
static volatile long faults;

// Goes past the store of access_page.
static void skip(ucontext_t *context) {
#if defined(__x86_64__)
    context->uc_mcontext.gregs[REG_RIP] += 3;
#elif defined(__aarch64__)
    context->uc_mcontext.pc += 4;
#else
#error "this processor has a store of another length"
#endif
}

// A store whose length is known, to another line of the cache for each page.
static inline void access_page(char *page) {
    char *at = page + ((uintptr_t)page >> 6 & 0xfc0);
#if defined(__x86_64__)
    __asm__ volatile(".byte 0xc6, 0x00, 0x01" : : "a"(at) : "memory"); // movb $1, (%rax)
#elif defined(__aarch64__)
    __asm__ volatile("strb w0, [%0]" : : "r"(at) : "memory");
#endif
}

static void handler(int signal, siginfo_t *info, void *context) {
    char *page = (char *)((uintptr_t)info->si_addr & -PAGE);
    (void)signal;
    faults++;
    switch (on_fault) {
    case SKIP:
        skip(context);
        break;
    case SWAP:
        set(open_page, 1, PROT_NONE);
        set(page, 1, READ_WRITE);
        open_page = page;
        break;
    case OPEN:
        set(page, 1, READ_WRITE);
        break;
    }
}

// ---- the operations, each done a number of times; they return how long it took ---------------

static double allowed(long count) {
    double start = now();
    for (long i = 0; i < count; i++) {
        access_page(random_page());
    }
    return now() - start;
}

static double prot1(long count) {
    double start = now();
    for (long i = 0; i < count; i += 2) {
        char *page = random_page();
        set(page, 1, PROT_NONE);
        set(page, 1, READ_WRITE);
    }
    return now() - start;
}

static double hundred(long count, int measured, int other) {
    double took = 0;
    for (long i = 0; i < count; i += BLOCKS) {
        double start = now();
        for (int b = 0; b < BLOCKS; b++) {
            set(block[b], PAGES, measured);
        }
        took += now() - start;
        for (int b = 0; b < BLOCKS; b++) {
            set(block[b], PAGES, other);
        }
    }
    return took;
}

static double prot100(long count) {
    return hundred(count, PROT_NONE, READ_WRITE);
}

static double unprot100(long count) {
    for (int b = 0; b < BLOCKS; b++) {
        set(block[b], PAGES, PROT_NONE);
    }
    double took = hundred(count, READ_WRITE, PROT_NONE);
    for (int b = 0; b < BLOCKS; b++) {
        set(block[b], PAGES, READ_WRITE);
    }
    return took;
}

static void expect_faults(long before, long count) {
    if (faults - before != count) {
        fprintf(stderr, "%ld faults instead of %ld\n", faults - before, count);
        exit(1);
    }
}

static double trap(long count) {
    long before = faults;
    on_fault = SKIP;
    set(block[0], PAGES, PROT_NONE);
    double start = now();
    for (long i = 0; i < count; i++) {
        access_page(random_page());
    }
    double took = now() - start;
    expect_faults(before, count);
    set(block[0], PAGES, READ_WRITE);
    return took;
}

static double appel1(long count) {
    long before = faults;
    on_fault = SWAP;
    set(block[0], PAGES, PROT_NONE);
    open_page = block[0];
    set(open_page, 1, READ_WRITE);
    double start = now();
    for (long i = 0; i < count; i++) {
        char *page = random_page();
        while (page == open_page) {
            page = random_page();
        }
        access_page(page);
    }
    double took = now() - start;
    expect_faults(before, count);
    set(block[0], PAGES, READ_WRITE);
    return took;
}

static double appel2(long count) {
    long before = faults;
    on_fault = OPEN;
    double took = 0;
    for (long i = 0; i < count; i += PAGES) {
        shuffle();
        double start = now();
        set(block[0], PAGES, PROT_NONE);
        for (int j = 0; j < PAGES; j++) {
            access_page(block[0] + order[j] * PAGE);
        }
        took += now() - start;
    }
    expect_faults(before, count);
    return took;
}

// ---- which pages were written -----------------------------------------------------------------

#define WP_ASYNC_FEATURES (1 << 12 | 1 << 13 | 1 << 15) // WP_HUGETLBFS_SHMEM, UNPOPULATED, ASYNC
#define PAGE_IS_WRITTEN 2
#define WP_MATCHING 1

// Those of linux/userfaultfd.h and linux/fs.h, which older headers lack.
struct api { uint64_t api, features, ioctls; };
struct range { uint64_t start, length, mode, ioctls; };
struct region { uint64_t start, end, categories; };
struct scan {
    uint64_t size, flags, start, end, walk_end, regions, region_count, max_pages, inverted,
        categories, any, returned;
};
static const unsigned long UFFD_API = 0xc018aa3fUL, UFFD_REGISTER = 0xc020aa00UL,
                           SCAN = 0xc0606610UL;

static struct region found;

static long written(char *at, long pages) {
    struct scan request = {sizeof request, WP_MATCHING, (uintptr_t)at,
                           (uintptr_t)at + pages * PAGE, 0, (uintptr_t)&found, 1, 0, 0,
                           PAGE_IS_WRITTEN, 0, PAGE_IS_WRITTEN};
    return ioctl(pagemap, SCAN, &request);
}

// Whether the host follows the writes to the first block from now on.
static int follow(void) {
    int fd = syscall(SYS_userfaultfd, O_CLOEXEC | 1);
    struct api api = {0xAA, WP_ASYNC_FEATURES, 0};
    struct range range = {(uintptr_t)block[0], PAGES * PAGE, 2, 0};
    if (fd < 0 || ioctl(fd, UFFD_API, &api) || ioctl(fd, UFFD_REGISTER, &range)
        || written(block[0], PAGES) < 0) {
        return 0;
    }
    block[0][0] = 1;
    return written(block[0], 1) == 1 && written(block[0], 1) == 0;
}

static double scan(long count) {
    double start = now();
    for (long i = 0; i < count; i++) {
        if (written(random_page(), 1) != 0) {
            die("PAGEMAP_SCAN");
        }
    }
    return now() - start;
}

// ---- all of it --------------------------------------------------------------------------------

static void measure(const char *name, double (*operation)(long), double nanos) {
    double best = 0;
    operation(200 * BLOCKS);
    for (int part = 0; part < 3; part++) {
        double took = 0, start = now();
        long done = 0;
        while (now() - start < nanos / 3) {
            took += operation(200 * BLOCKS);
            done += 200 * BLOCKS;
        }
        double each = took / done;
        best = part == 0 || each < best ? each : best;
    }
    printf("%s %.3f\n", name, best);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: appel MILLIS\n");
        return 2;
    }
    double nanos = atof(argv[1]) * 1e6;
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    if (sigaction(SIGSEGV, &action, NULL)) {
        die("sigaction");
    }
    choose();
    fill_blocks();
    pagemap = open("/proc/self/pagemap", O_RDONLY);
    measure("allowed", allowed, nanos);
    measure("prot1", prot1, nanos);
    measure("prot100", prot100, nanos);
    measure("unprot100", unprot100, nanos);
    measure("trap", trap, nanos);
    measure("appel1", appel1, nanos);
    measure("appel2", appel2, nanos);
    if (pagemap >= 0 && follow()) { // last: from here on writes cost more
        measure("dirty", scan, nanos);
    }
    return 0;
}
