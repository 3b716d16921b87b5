/* SPDX-License-Identifier: MIT */
/* speed_points.h - the measured runs of tests/bench/speed.csv, for the fit and for the test that holds the
 * table of speeds against them. Included by each of the two programs. */
#ifndef OCK_SPEED_POINTS_H
#define OCK_SPEED_POINTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forecast/speed.h"

enum { MOST_POINTS = 400, MACHINE_BYTES = 32, POINT_FIELDS = 9 };

typedef struct speed_point {
    char machine[MACHINE_BYTES];
    bool restore;
    ock_plan plan;
    ock_cluster cluster;
    ock_load load;
    double seconds;
} speed_point;

static inline ock_status point_plan(uint32_t level, uint64_t bytes, uint32_t lanes, uint32_t step,
                                    ock_plan *plan)
{
    static ock_wishes wishes;
    wishes.level = level;
    wishes.lanes = lanes;
    ock_status status = ock_config_level(level, &wishes.config);
    wishes.config.step = step;
    return status != OCK_OK ? status : ock_plan_make(bytes, &wishes, plan);
}

/* The fields of a line, cut at commas; how many there are. */
static inline size_t split_line(char *line, char *fields[POINT_FIELDS])
{
    size_t count = 0;
    for (char *field = strtok(line, ",\n"); field != NULL && count < POINT_FIELDS;
         field = strtok(NULL, ",\n")) {
        fields[count++] = field;
    }
    return count;
}

/* A line of the file; false where it is none: a remark, or the heading. */
static inline bool read_point(char *line, speed_point *p)
{
    char *field[POINT_FIELDS];
    if (line[0] == '#' || split_line(line, field) != POINT_FIELDS ||
        strtod(field[POINT_FIELDS - 1], NULL) <= 0) {
        return false;
    }
    uint64_t number[POINT_FIELDS];
    for (size_t i = 2; i < POINT_FIELDS; i++) {
        number[i] = strtoull(field[i], NULL, 10);
    }
    snprintf(p->machine, sizeof p->machine, "%s", field[0]);
    p->restore = strcmp(field[1], "restore") == 0;
    p->cluster = (ock_cluster){.nodes = 1, .ranks = (int)number[6], .threads = (int)number[7]};
    p->seconds = strtod(field[POINT_FIELDS - 1], NULL);
    return point_plan((uint32_t)number[2], number[3], (uint32_t)number[4], (uint32_t)number[5],
                      &p->plan) == OCK_OK &&
           ock_load_of(&p->plan.map, p->cluster.ranks, &p->load) == OCK_OK;
}

/* points: (MOST_POINTS). How many; 0 where the file can't be read. */
static inline size_t read_points(const char *path, speed_point *points)
{
    char line[256];
    size_t count = 0;
    FILE *file = fopen(path, "r");
    while (file != NULL && count < MOST_POINTS && fgets(line, sizeof line, file) != NULL) {
        count += read_point(line, &points[count]);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return count;
}

/* ---- how far forecasts are from them ---- */

static inline int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value at `place` (0 .. 1) of the list in ascending order, in which it is left. */
static inline double value_at(double *list, size_t count, double place)
{
    qsort(list, count, sizeof *list, ascending);
    const size_t i = (size_t)(place * (double)count);
    return list[i < count ? i : count - 1];
}

/* A tenth too long, and short by as much, are both 0.1. */
static inline double deviation(double ratio)
{
    return ratio > 1 ? ratio - 1 : 1 / ratio - 1;
}

static inline bool same_machine(const speed_point *a, const speed_point *b)
{
    return strcmp(a->machine, b->machine) == 0;
}

/* ratios: (count) forecasts over measured times. Those of a machine other than the first are divided by
 * their median, so that only proportions count. */
static inline void level_machines(const speed_point *points, size_t count, double *ratios)
{
    static double list[MOST_POINTS];
    static double scale[MOST_POINTS];
    for (size_t i = 0; i < count; i++) {
        size_t found = 0;
        for (size_t j = 0; j < count; j++) {
            if (same_machine(&points[i], &points[j])) {
                list[found++] = ratios[j];
            }
        }
        scale[i] = same_machine(&points[i], &points[0]) ? 1 : value_at(list, found, 0.5);
    }
    for (size_t i = 0; i < count; i++) {
        ratios[i] /= scale[i];
    }
}

#endif
