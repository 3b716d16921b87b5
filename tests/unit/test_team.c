/* SPDX-License-Identifier: MIT */
/* test_team.c - teams of threads: all members work in every run, barriers part its phases, parts cover
 * their total, and waiting costs nothing. Members don't assert: cmocka is the main thread's. */
#include "model_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "threads/team.h"

enum { MOST = 7 };

static const size_t sizes[] = {1, 2, 3, MOST};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

/* ---- a system that gives no more threads ---- */

static int created, refuse_from = -1; /* thread number refuse_from and later ones; -1: none */

/* The names are the linker's.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument)
{
    if (refuse_from >= 0 && created >= refuse_from) {
        return EAGAIN;
    }
    created++;
    return __real_pthread_create(thread, attributes, start, argument);
}

static ock_team *team_of(size_t threads)
{
    ock_team *team;
    assert_int_equal(ock_team_new(threads, &team), OCK_OK);
    assert_int_equal(ock_team_size(team), threads);
    return team;
}

static void sleep_ms(long ms)
{
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    assert_int_equal(nanosleep(&pause, NULL), 0);
}

/* ---- runs ---- */

/* What each member has seen; nobody writes another's, and the caller reads it after the run. */
typedef struct roll {
    ock_team *team;
    size_t count;
    struct {
        size_t runs, strange; /* of them: a worker that is not what it should be */
        pthread_t thread;
    } of[MOST];
} roll;

static void answer(void *context, const ock_worker *me)
{
    roll *r = context;
    const bool same =
        r->of[me->index].runs == 0 || pthread_equal(r->of[me->index].thread, pthread_self());
    r->of[me->index].strange += me->count != r->count || me->team != r->team || !same;
    r->of[me->index].thread = pthread_self();
    r->of[me->index].runs++;
}

static void assert_all_came(const roll *r, size_t runs)
{
    for (size_t i = 0; i < r->count; i++) {
        assert_int_equal(r->of[i].runs, runs);
        assert_int_equal(r->of[i].strange, 0);
        for (size_t k = 0; k < i; k++) {
            assert_false(pthread_equal(r->of[i].thread, r->of[k].thread));
        }
    }
    assert_true(pthread_equal(r->of[0].thread, pthread_self()));
}

static void every_member_works_once_a_run(void **state)
{
    enum { RUNS = 200 };
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        roll r = {.team = team_of(sizes[i]), .count = sizes[i]};
        for (size_t run = 1; run <= RUNS; run++) {
            ock_team_run(r.team, answer, &r);
            assert_all_came(&r, run);
        }
        ock_team_free(r.team);
    }
}

static double cpu_seconds(void)
{
    struct timespec now;
    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now), 0);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Between runs the members sleep, and wake for the next one. */
static void members_sleep_between_runs(void **state)
{
    enum { RUNS = 8, PAUSE_MS = 40 };
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        roll r = {.team = team_of(sizes[i]), .count = sizes[i]};
        double waited = 0;
        for (size_t run = 1; run <= RUNS; run++) {
            ock_team_run(r.team, answer, &r);
            const double before = cpu_seconds();
            sleep_ms(PAUSE_MS);
            waited += cpu_seconds() - before;
            assert_all_came(&r, run);
        }
        if (waited > RUNS * PAUSE_MS * 1e-3 / 2) { /* less than half of one core */
            fail_msg("%zu threads: %.3f s spent waiting", sizes[i], waited);
        }
        ock_team_free(r.team);
    }
}

static void a_team_may_have_no_work(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        ock_team_free(team_of(sizes[i]));
        ock_team *team = team_of(sizes[i]);
        sleep_ms(5); /* asleep when it ends */
        ock_team_free(team);
    }
    ock_team_free(NULL);
}

static void pass_barriers(void *context, const ock_worker *me)
{
    ock_team_barrier(me);
    answer(context, me);
    ock_team_barrier(me);
}

static void no_team_is_the_caller(void **state)
{
    const ock_worker alone = ock_worker_alone();
    roll r = {.count = 1};
    (void)state;
    assert_int_equal(ock_team_size(NULL), 1);
    ock_team_run(NULL, pass_barriers, &r);
    assert_all_came(&r, 1);
    assert_null(alone.team);
    assert_int_equal(alone.index, 0);
    assert_int_equal(alone.count, 1);
    ock_team_barrier(&alone);
}

/* ---- barriers ---- */

/* Each round every member writes its number of the round, and after the barrier reads all others'. */
typedef struct rounds {
    size_t rounds;
    size_t written[MOST], wrong[MOST];
} rounds;

static void go_through_rounds(void *context, const ock_worker *me)
{
    rounds *r = context;
    for (size_t round = 1; round <= r->rounds; round++) {
        r->written[me->index] = round * 10 + me->index;
        ock_team_barrier(me);
        for (size_t i = 0; i < me->count; i++) {
            r->wrong[me->index] += r->written[i] != round * 10 + i;
        }
        ock_team_barrier(me);
    }
}

/* Two crews that go through different numbers of rounds: each waits for its own. */
typedef struct crews {
    size_t first;
    rounds of[2];
    size_t others[MOST]; /* rounds left to the other crew when both had come back */
} crews;

static void go_in_crews(void *context, const ock_worker *me)
{
    crews *c = context;
    for (int turn = 0; turn < 3; turn++) {
        const ock_worker mine = ock_team_crew(me, c->first);
        const bool in_first = me->index < c->first;
        go_through_rounds(&c->of[in_first ? 0 : 1], &mine);
        ock_team_barrier(me);
        c->others[me->index] +=
            c->of[in_first ? 1 : 0].written[0] != c->of[in_first ? 1 : 0].rounds * 10;
        ock_team_barrier(me);
    }
}

static void crews_wait_for_their_own(void **state)
{
    (void)state;
    for (size_t count = 2; count <= MOST; count++) {
        for (size_t first = 1; first < count; first++) {
            crews c = {.first = first, .of = {{.rounds = 40}, {.rounds = 25}}};
            ock_team *team = team_of(count);
            ock_team_run(team, go_in_crews, &c);
            ock_team_free(team);
            for (size_t i = 0; i < count; i++) {
                assert_true(c.of[0].wrong[i] == 0 && c.of[1].wrong[i] == 0 && c.others[i] == 0);
            }
        }
    }
}

static void barriers_keep_phases_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        rounds r = {.rounds = sizes[i] <= 3 ? 1500 : 200};
        ock_team *team = team_of(sizes[i]);
        for (int run = 0; run < 3; run++) {
            ock_team_run(team, go_through_rounds, &r);
            for (size_t k = 0; k < sizes[i]; k++) {
                assert_int_equal(r.wrong[k], 0);
                assert_int_equal(r.written[k], r.rounds * 10 + k);
            }
        }
        ock_team_free(team);
    }
}

/* One member of a round is late: it writes only when all the others have read, or after a while. */
typedef struct late_round {
    bool barrier;
    size_t late; /* the member */
    atomic_size_t written, readers, missed;
} late_round;

static void wait_for_readers(late_round *r, const ock_worker *me)
{
    enum { PATIENCE_MS = 30, LONG_MS = 60000 };
    const struct timespec pause = {0, 1000000};
    for (int ms = 0; ms < (r->barrier ? PATIENCE_MS : LONG_MS); ms++) {
        if (atomic_load(&r->readers) + 1 == me->count) {
            return;
        }
        (void)nanosleep(&pause, NULL);
    }
}

static void be_late_or_read(void *context, const ock_worker *me)
{
    late_round *r = context;
    if (me->index == r->late) {
        wait_for_readers(r, me);
        atomic_store(&r->written, 1);
    }
    if (r->barrier) {
        ock_team_barrier(me);
    }
    if (me->index != r->late) {
        atomic_fetch_add(&r->missed, atomic_load(&r->written) == 0);
        atomic_fetch_add(&r->readers, 1);
    }
}

/* Everyone waits for the last one, whoever it is; without a barrier nobody does: the control. */
static void all_wait_for_the_last(void **state)
{
    (void)state;
    for (size_t i = 1; i < SIZES; i++) {
        ock_team *team = team_of(sizes[i]);
        for (size_t late = 0; late < sizes[i]; late++) {
            late_round with = {.barrier = true, .late = late}, without = {.late = late};
            ock_team_run(team, be_late_or_read, &with);
            assert_int_equal(atomic_load(&with.missed), 0);
            assert_int_equal(atomic_load(&with.readers), sizes[i] - 1);
            ock_team_run(team, be_late_or_read, &without);
            assert_int_equal(atomic_load(&without.missed), sizes[i] - 1);
        }
        ock_team_free(team);
    }
}

/* ---- parts ---- */

/* Ranges follow each other from 0 to the total; lengths differ by a unit at most, but for the end. */
static void assert_covers(size_t total, size_t count, size_t unit)
{
    size_t at = 0, shortest = SIZE_MAX, longest = 0;
    for (size_t i = 0; i < count; i++) {
        const ock_worker me = {.index = i, .count = count};
        const ock_range part =
            unit == 0 ? ock_team_part(&me, total) : ock_team_part_of(&me, total, unit);
        const size_t length = ock_range_length(part), size = unit == 0 ? 1 : unit;
        assert_true(part.begin == at && part.end >= part.begin && part.end <= total);
        assert_true(part.begin % size == 0 && (part.end % size == 0 || part.end == total));
        const size_t units = (length + size - 1) / size;
        shortest = units < shortest ? units : shortest;
        longest = units > longest ? units : longest;
        at = part.end;
    }
    assert_true(at == total);
    assert_true(longest - shortest <= 1);
}

static void parts_cover_the_total(void **state)
{
    static const size_t units[] = {0, 1, 2, 16, 32}, large[] = {1000003, (size_t)1 << 40};
    (void)state;
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++) {
        for (size_t count = 1; count <= 9; count++) {
            for (size_t total = 0; total <= 200; total++) {
                assert_covers(total, count, units[u]);
            }
            assert_covers(large[0], count, units[u]);
            assert_covers(large[1], count, units[u]);
        }
        assert_covers(large[0], OCK_MAX_THREADS, units[u]);
        assert_covers(3, OCK_MAX_THREADS, units[u]);
    }
}

/* ---- signals ---- */

static atomic_int handled, elsewhere;
static pthread_t main_thread;

static void note_signal(int number)
{
    (void)number;
    atomic_fetch_add(&handled, 1);
    atomic_fetch_add(&elsewhere, !pthread_equal(pthread_self(), main_thread));
}

typedef struct masks {
    int open[MOST]; /* signals a member would take */
} masks;

static void look_at_mask(void *context, const ock_worker *me)
{
    static const int signals[] = {SIGINT,  SIGTERM, SIGHUP,  SIGUSR1,
                                  SIGUSR2, SIGALRM, SIGPIPE, SIGXCPU};
    masks *m = context;
    sigset_t mask;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        m->open[me->index] += !sigismember(&mask, signals[i]);
    }
}

static void signals_stay_with_the_main_thread(void **state)
{
    const struct sigaction act = {.sa_handler = note_signal, .sa_flags = SA_RESTART};
    struct sigaction before;
    sigset_t mask;
    masks m = {{0}};
    ock_team *team = team_of(MOST);
    (void)state;
    main_thread = pthread_self();
    assert_int_equal(sigaction(SIGUSR1, &act, &before), 0);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
    assert_false(sigismember(&mask, SIGUSR1)); /* the caller's is as it was */
    ock_team_run(team, look_at_mask, &m);
    assert_int_equal(m.open[0], 8);
    for (size_t i = 1; i < MOST; i++) {
        assert_int_equal(m.open[i], 0);
    }
    for (int i = 1; i <= 100; i++) {
        assert_int_equal(kill(getpid(), SIGUSR1), 0);
        while (atomic_load(&handled) < i) {
            (void)sched_yield();
        }
    }
    assert_int_equal(atomic_load(&elsewhere), 0);
    ock_team_free(team);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
}

/* ---- errors ---- */

typedef struct failure {
    size_t member; /* the one that fails */
    ock_status status;
    ock_error error;
} failure;

static void perhaps_fail(void *context, const ock_worker *me)
{
    failure *f = context;
    if (me->index == f->member) {
        f->status = ock_fail(OCK_BAD_DATA, "member %zu of %zu", me->index, me->count);
        ock_error_take(&f->error);
    }
}

/* What a member says reaches the caller by being handed over, and only so. */
static void errors_are_handed_over(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        ock_team *team = team_of(sizes[i]);
        for (size_t member = 0; member < sizes[i]; member++) {
            failure f = {.member = member};
            char expected[OCK_ERROR_TEXT_BYTES];
            snprintf(expected, sizeof expected, "member %zu of %zu", member, sizes[i]);
            ock_error_clear();
            ock_team_run(team, perhaps_fail, &f);
            assert_int_equal(f.status, OCK_BAD_DATA);
            assert_string_equal(ock_error_text(), "");
            ock_error_give(&f.error);
            assert_string_equal(ock_error_text(), expected);
        }
        ock_error_clear();
        ock_team_free(team);
    }
}

/* ---- the system ---- */

/* No more threads: those there are end, and nothing is left. */
static void no_more_threads(void **state)
{
    (void)state;
    for (int most = 0; most < MOST - 1; most++) {
        ock_team *team = (ock_team *)&most;
        char expected[64];
        sigset_t mask;
        created = 0;
        refuse_from = most;
        assert_int_equal(ock_team_new(MOST, &team), OCK_ENVIRONMENT);
        refuse_from = -1;
        assert_null(team);
        assert_int_equal(created, most);
        snprintf(expected, sizeof expected, "no more than %d threads: ", most + 1);
        assert_memory_equal(ock_error_text(), expected, strlen(expected));
        assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
        assert_false(sigismember(&mask, SIGTERM));
        ock_error_clear();
    }
    created = 0;
    ock_team_free(team_of(MOST));
    assert_int_equal(created, MOST - 1); /* the caller is one of them */
}

/* The cores of the affinity mask. */
static void cores_are_those_of_the_mask(void **state)
{
    cpu_set_t all, one;
    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    assert_int_equal(ock_team_cores(), CPU_COUNT(&all));
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++) {
        if (CPU_ISSET(cpu, &all)) {
            CPU_SET(cpu, &one);
        }
    }
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(ock_team_cores(), 1);
    rounds r = {.rounds = 300}; /* and a team larger than that works */
    ock_team *team = team_of(MOST);
    ock_team_run(team, go_through_rounds, &r);
    ock_team_free(team);
    for (size_t i = 0; i < MOST; i++) {
        assert_int_equal(r.wrong[i], 0);
    }
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_works_once_a_run),
        cmocka_unit_test(members_sleep_between_runs),
        cmocka_unit_test(a_team_may_have_no_work),
        cmocka_unit_test(no_team_is_the_caller),
        cmocka_unit_test(barriers_keep_phases_apart),
        cmocka_unit_test(crews_wait_for_their_own),
        cmocka_unit_test(all_wait_for_the_last),
        cmocka_unit_test(parts_cover_the_total),
        cmocka_unit_test(signals_stay_with_the_main_thread),
        cmocka_unit_test(errors_are_handed_over),
        cmocka_unit_test(no_more_threads),
        cmocka_unit_test(cores_are_those_of_the_mask),
    };
    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
