/* SPDX-License-Identifier: MIT */
/* cable.c - a cable between two hosts that are network namespaces: every packet arrives a given time
 * after it was sent, however many are under way.
 *
 * Usage: cable MICROSECONDS NAMESPACE NAMESPACE
 * Makes an interface "cable" in each namespace (/run/netns/NAME) and passes packets on between them until
 * it gets SIGTERM. Prints "ready" when both are there; they want an address and to be set up by the caller. In
 * the end it prints how many microseconds packets took in the mean: timers are late, most on a busy machine. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_tun.h>

enum { PACKET_BYTES = 65536, MOST_PACKETS = 1024 };

typedef struct packet {
    uint64_t due; /* nanoseconds */
    size_t bytes;
    char data[PACKET_BYTES];
} packet;

/* One direction: a ring of packets in the order they came. */
typedef struct direction {
    int from, to;
    size_t first, count;
    packet *packets;       /* (MOST_PACKETS) */
    uint64_t passed, late; /* packets let out, nanoseconds after they were due */
} direction;

static volatile sig_atomic_t ended;

static void end(int signal)
{
    (void)signal;
    ended = 1;
}

static void give_up(const char *what)
{
    fprintf(stderr, "cable: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* The end of the cable in a namespace: one read or write a packet. */
static int open_end(const char *name)
{
    char path[256];
    struct ifreq request;
    snprintf(path, sizeof path, "/run/netns/%s", name);
    const int namespace = open(path, O_RDONLY);
    if (namespace < 0 || setns(namespace, CLONE_NEWNET) != 0) {
        give_up(path);
    }
    close(namespace);
    const int end = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    memset(&request, 0, sizeof request);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    snprintf(request.ifr_name, sizeof request.ifr_name, "cable");
    if (end < 0 || ioctl(end, TUNSETIFF, &request) != 0) {
        give_up("/dev/net/tun");
    }
    return end;
}

static packet *slot(const direction *way, size_t i)
{
    return &way->packets[(way->first + i) % MOST_PACKETS];
}

/* Takes in what was sent. With a full ring the sender's own queue fills. */
static void take_in(direction *way, uint64_t delay)
{
    while (way->count < MOST_PACKETS) {
        packet *p = slot(way, way->count);
        const ssize_t bytes = read(way->from, p->data, sizeof p->data);
        if (bytes <= 0) {
            return;
        }
        p->bytes = (size_t)bytes;
        p->due = now() + delay;
        way->count++;
    }
}

/* Lets out what is due. A packet that isn't taken is lost, as on any cable. */
static void let_out(direction *way)
{
    while (way->count > 0 && slot(way, 0)->due <= now()) {
        const packet *p = slot(way, 0);
        if (write(way->to, p->data, p->bytes) < 0 && errno == EBADFD) {
            give_up("write");
        }
        way->late += now() - p->due;
        way->passed++;
        way->first = (way->first + 1) % MOST_PACKETS;
        way->count--;
    }
}

/* Sleeps until something comes or is due. */
static void rest(const direction ways[2])
{
    struct pollfd ends[2];
    uint64_t until = UINT64_MAX;
    for (int i = 0; i < 2; i++) {
        const bool full = ways[i].count == MOST_PACKETS;
        ends[i] = (struct pollfd){.fd = full ? -1 : ways[i].from, .events = POLLIN};
        if (ways[i].count > 0 && slot(&ways[i], 0)->due < until) {
            until = slot(&ways[i], 0)->due;
        }
    }
    const uint64_t time = now(), left = until > time ? until - time : 0;
    const struct timespec most = {(time_t)(left / 1000000000u), (long)(left % 1000000000u)};
    if (ppoll(ends, 2, until == UINT64_MAX ? NULL : &most, NULL) < 0 && errno != EINTR) {
        give_up("poll");
    }
}

/* The ranks use up all cores: a cable doesn't wait for its turn. Not allowed, it is only less exact. */
static void hurry(void)
{
    const struct sched_param first = {.sched_priority = 1};
    (void)prctl(PR_SET_TIMERSLACK, 1UL);
    if (sched_setscheduler(0, SCHED_FIFO, &first) != 0) {
        fprintf(stderr, "cable: no real-time priority: %s\n", strerror(errno));
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "Usage: cable MICROSECONDS NAMESPACE NAMESPACE\n");
        return 1;
    }
    const uint64_t delay = strtoull(argv[1], NULL, 10) * 1000;
    const int a = open_end(argv[2]), b = open_end(argv[3]);
    direction ways[2] = {{.from = a, .to = b}, {.from = b, .to = a}};
    for (int i = 0; i < 2; i++) {
        ways[i].packets = calloc(MOST_PACKETS, sizeof(packet));
        if (ways[i].packets == NULL) {
            give_up("memory");
        }
    }
    hurry();
    (void)signal(SIGTERM, end);
    puts("ready");
    fflush(stdout);
    while (!ended) {
        for (int i = 0; i < 2; i++) {
            take_in(&ways[i], delay);
            let_out(&ways[i]);
        }
        rest(ways);
    }
    const uint64_t passed = ways[0].passed + ways[1].passed;
    const uint64_t late = passed > 0 ? (ways[0].late + ways[1].late) / passed : 0;
    printf("%llu\n", (unsigned long long)((delay + late) / 1000));
    return 0;
}
