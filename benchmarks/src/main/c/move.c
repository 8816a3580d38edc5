// SPDX-License-Identifier: Apache-2.0
//
// What it costs the host to move runs of 64 frames of a memfd from one range of addresses to
// another: memory of nobody is mapped over them here, they are zeroed, and mapped there. Prints
// microseconds for each run: all of it, to take it away, and to zero and map it; of three equal
// parts of the time given in milliseconds that in which all of it took least.
//
// The frames are zeroed through a third mapping of the whole memfd, which is locked. The pages are
// written before each move, which is not timed. Each range has a thread of its own, as the
// environments have: 16 runs are taken away in turn by one, then mapped by the other. What it
// takes to hand over is not timed.

#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096L
#define RUN 64
#define RUNS 16
#define BYTES (RUN * RUNS * PAGE)
#define READ_WRITE (PROT_READ | PROT_WRITE)

static int frames;
static char *all;
static char *range[2];
static double taking, mapping;
static long moved;
static sem_t ordered, done;
static enum { MAP, TAKE } order;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static char *checked(char *mapped, const char *what) {
    if (mapped == MAP_FAILED) {
        perror(what);
        exit(1);
    }
    return mapped;
}

static void take_away(char *at) {
    checked(mmap(at, RUN * PAGE, READ_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0), "mmap, void");
}

static void show(char *at, long offset) {
    checked(mmap(at, RUN * PAGE, READ_WRITE, MAP_SHARED | MAP_FIXED, frames, offset), "mmap");
}

static void touch(char *at) {
    for (long i = 0; i < BYTES; i += PAGE) {
        at[i] = 1;
    }
}

static void take_runs(char *from) {
    double start = now();
    for (long i = 0; i < BYTES; i += RUN * PAGE) {
        take_away(from + i);
    }
    taking += now() - start;
}

static void map_runs(char *to) {
    double start = now();
    for (long i = 0; i < BYTES; i += RUN * PAGE) {
        memset(all + i, 0, RUN * PAGE);
        show(to + i, i);
    }
    mapping += now() - start;
    moved += RUNS;
    if (to[0] != 0) {
        fprintf(stderr, "the frame was not zeroed\n");
        exit(1);
    }
    touch(to);
}

static void *serve(void *nothing) {
    for (;;) {
        sem_wait(&ordered);
        if (order == TAKE) {
            take_runs(range[1]);
        } else {
            map_runs(range[1]);
        }
        sem_post(&done);
    }
    return nothing;
}

static void ask(int what) {
    order = what;
    sem_post(&ordered);
    sem_wait(&done);
}

static void move_there_and_back(void) {
    take_runs(range[0]);
    ask(MAP);
    ask(TAKE);
    map_runs(range[0]);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: move MILLIS\n");
        return 2;
    }
    frames = memfd_create("frames", MFD_CLOEXEC);
    if (frames < 0 || ftruncate(frames, BYTES)) {
        perror("memfd");
        return 1;
    }
    all = checked(mmap(NULL, BYTES, READ_WRITE, MAP_SHARED, frames, 0), "mmap");
    mlock(all, BYTES);
    for (int i = 0; i < 2; i++) {
        range[i] = checked(mmap(NULL, BYTES, READ_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), "mmap");
    }
    for (long i = 0; i < BYTES; i += RUN * PAGE) {
        show(range[0] + i, i);
    }
    touch(range[0]);
    pthread_t other;
    if (sem_init(&ordered, 0, 0) || sem_init(&done, 0, 0)
        || pthread_create(&other, NULL, serve, NULL)) {
        perror("thread");
        return 1;
    }
    double part = atof(argv[1]) * 1e6 / 3, best[3] = {0};
    for (int i = 0; i < 4; i++) { // the first is to warm up
        taking = mapping = moved = 0;
        for (double start = now(); now() - start < part;) {
            move_there_and_back();
        }
        double each = (taking + mapping) / moved;
        if (i == 1 || (i > 1 && each < best[0])) {
            best[0] = each;
            best[1] = taking / moved;
            best[2] = mapping / moved;
        }
    }
    printf("%.3f %.3f %.3f\n", best[0] / 1e3, best[1] / 1e3, best[2] / 1e3);
    return 0;
}
