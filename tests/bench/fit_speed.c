/* SPDX-License-Identifier: MIT */
/* fit_speed.c - fits the table of speeds in src/forecast/speed.c to measured runs, and prints it with
 * its errors.
 * Usage: fit_speed POINTS.csv [-v]     -v: every run beside its forecast
 *
 * The least sum of deviations of logarithms, by least squares with weights that are found again and
 * again; no factor is negative. What the runs can't tell apart is decided by weak guesses. Machines other than
 * the first are each as much faster or slower as fits best: of them only proportions count. */
#include <math.h>

#include "speed_points.h"

/* What each factor is about, in microseconds: from profiles of single parts. */
static const double guesses[OCK_WORK_KINDS] = {
    [OCK_WORK_MEMORY] = 300,  [OCK_WORK_STEP] = 20,     [OCK_WORK_SYMBOL] = 2,
    [OCK_WORK_CONTEXT] = 0.1, [OCK_WORK_WEIGH] = 0.003, [OCK_WORK_CHANGE] = 0.03,
    [OCK_WORK_TRAVEL] = 0.03, [OCK_WORK_REPLAY] = 0.03, [OCK_WORK_SCAN] = 0.01,
    [OCK_WORK_MULTIPLY] = 20, [OCK_WORK_WEIGHT] = 60,   [OCK_WORK_UPDATE] = 1000,
    [OCK_WORK_ROW] = 0.07,    [OCK_WORK_BARRIER] = 0.5, [OCK_WORK_ROOT] = 0.05,
    [OCK_WORK_MESSAGE] = 1,   [OCK_WORK_TRAFFIC] = 300,
};

static const char *const names[OCK_WORK_KINDS] = {
    [OCK_WORK_MEMORY] = "MEMORY",     [OCK_WORK_STEP] = "STEP",       [OCK_WORK_SYMBOL] = "SYMBOL",
    [OCK_WORK_CONTEXT] = "CONTEXT",   [OCK_WORK_WEIGH] = "WEIGH",     [OCK_WORK_CHANGE] = "CHANGE",
    [OCK_WORK_TRAVEL] = "TRAVEL",     [OCK_WORK_REPLAY] = "REPLAY",   [OCK_WORK_SCAN] = "SCAN",
    [OCK_WORK_MULTIPLY] = "MULTIPLY", [OCK_WORK_WEIGHT] = "WEIGHT",   [OCK_WORK_UPDATE] = "UPDATE",
    [OCK_WORK_ROW] = "ROW",           [OCK_WORK_BARRIER] = "BARRIER", [OCK_WORK_ROOT] = "ROOT",
    [OCK_WORK_MESSAGE] = "MESSAGE",   [OCK_WORK_TRAFFIC] = "TRAFFIC",
};

static const double guess_weight = 0.0003; /* of a guess, against 1 of a run */

typedef struct fit {
    speed_point *points;
    size_t count;
    ock_work work[MOST_POINTS];
    double scale[MOST_POINTS]; /* of the point's machine: its time over the first one's */
    double weight[MOST_POINTS];
    double factor[OCK_WORK_KINDS];
} fit;

/* Of the forecast to the measured time, as the machine's speed is known. */
static double ratio(const fit *f, size_t i)
{
    return f->scale[i] * ock_speed_of_work(&f->work[i], f->factor) / f->points[i].seconds;
}

/* The best value of one factor, the others as they are. */
static double solve(const fit *f, int kind)
{
    const double guess = guesses[kind];
    double above = guess_weight / guess, below = guess_weight / (guess * guess);
    for (size_t i = 0; i < f->count; i++) {
        const double slope = f->scale[i] * f->work[i].of[kind] * 1e-6 / f->points[i].seconds;
        const double rest = ratio(f, i) - slope * f->factor[kind];
        above += f->weight[i] * slope * (1 - rest);
        below += f->weight[i] * slope * slope;
    }
    return above > 0 ? above / below : 0;
}

/* The machines' speeds, as the factors are. */
static void find_scales(fit *f)
{
    double before[MOST_POINTS], after[MOST_POINTS];
    for (size_t i = 0; i < f->count; i++) {
        before[i] = after[i] = ratio(f, i);
    }
    level_machines(f->points, f->count, after);
    for (size_t i = 0; i < f->count; i++) {
        f->scale[i] *= after[i] / before[i];
    }
}

/* Of the logarithm's square, by its distance at hand; far ones count less, as in a sum of distances, the more
 * the nearer the end. */
static void weigh(fit *f, double near)
{
    for (size_t i = 0; i < f->count; i++) {
        const double r = ratio(f, i), far = fabs(log(r));
        const double slope = fabs(r - 1) > 1e-6 ? log(r) / (r - 1) : 1;
        f->weight[i] = slope * slope * near / (near + far);
    }
}

static void run_fit(fit *f)
{
    enum { ROUNDS = 400, SWEEPS = 50 };
    const double last = 0.02;
    for (int round = 0; round < ROUNDS; round++) {
        find_scales(f);
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            for (int kind = 0; kind < OCK_WORK_KINDS; kind++) {
                f->factor[kind] = solve(f, kind);
            }
        }
        weigh(f, last * ROUNDS / (round + 1));
    }
}

static void print_table(const fit *f)
{
    static double deviations[MOST_POINTS];
    for (int kind = 0; kind < OCK_WORK_KINDS; kind++) {
        printf("    [OCK_WORK_%s] = %.3g,\n", names[kind], f->factor[kind]);
    }
    for (size_t i = 0; i < f->count; i++) {
        deviations[i] = deviation(ratio(f, i));
    }
    const double median = value_at(deviations, f->count, 0.5);
    printf("%zu runs: deviation median %.3f, of nine in ten %.3f, worst %.3f\n", f->count, median,
           value_at(deviations, f->count, 0.9), value_at(deviations, f->count, 1));
}

/* As if it did the first one's work. */
static void print_machines(const fit *f)
{
    for (size_t i = 0; i < f->count; i++) {
        if (i == 0 || !same_machine(&f->points[i], &f->points[i - 1])) {
            printf("%s takes %.2f times as long\n", f->points[i].machine, f->scale[i]);
        }
    }
}

static void print_points(const fit *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const speed_point *p = &f->points[i];
        printf("%-16s %-8s -%u %8llu bytes %4u lanes, step %4u, %2d ranks, %2d threads: %8.3f s, "
               "forecast "
               "%8.3f, %+.0f %%\n",
               p->machine, p->restore ? "restore" : "compress", (unsigned)p->plan.level,
               (unsigned long long)p->plan.map.bytes, (unsigned)p->plan.map.lanes,
               (unsigned)p->plan.config.step, p->cluster.ranks, p->cluster.threads, p->seconds,
               p->seconds * ratio(f, i), 100 * (ratio(f, i) - 1));
    }
}

int main(int argc, char **argv)
{
    static speed_point points[MOST_POINTS];
    static fit f;
    f = (fit){.points = points, .count = argc > 1 ? read_points(argv[1], points) : 0};
    if (f.count == 0) {
        fprintf(stderr, "Usage: fit_speed POINTS.csv [-v]\n");
        return 1;
    }
    memcpy(f.factor, guesses, sizeof guesses);
    for (size_t i = 0; i < f.count; i++) {
        const speed_point *p = &points[i];
        f.work[i] = ock_work_of(&p->plan, &p->cluster, &p->load, p->cluster.threads, p->restore);
        f.scale[i] = f.weight[i] = 1;
    }
    run_fit(&f);
    if (argc > 2) {
        print_points(&f);
        print_machines(&f);
    }
    print_table(&f);
    return 0;
}
