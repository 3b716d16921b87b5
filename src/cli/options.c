/* options.c - getopt_long over the command line; one table of options, one of commands. */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_LANES = 256,
    OPTION_SHARDS,
    OPTION_SET,
    OPTION_SEED,
    OPTION_LOG,
    OPTION_DEADLINE,
    OPTION_JSON,
    OPTION_CHECKPOINT,
    OPTION_EVERY,
    OPTION_RESUME,
    OPTION_KEEP_CHECKPOINTS,
    OPTION_STOP_BEFORE,
    OPTION_VERIFY,
    OPTION_PRIOR,
    OPTION_PRIOR_KNOWN,
    OPTION_FROM,
    OPTION_STEPS,
    OPTION_EACH_STEP,
    OPTION_INPUT,
    OPTION_MEMORY,
    OPTION_FILES,
    OPTION_FILES_FROM,
    OPTION_TIMES,
    OPTION_EXTRACT,
    OPTION_FULL,
    OPTION_PLOT,
    OPTION_KEY,
    OPTION_RANKS
};

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"stdout", no_argument, NULL, 'c'},
    {"force", no_argument, NULL, 'f'},
    {"keep", no_argument, NULL, 'k'},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"lanes", required_argument, NULL, OPTION_LANES},
    {"shards", required_argument, NULL, OPTION_SHARDS},
    {"set", required_argument, NULL, OPTION_SET},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"log", required_argument, NULL, OPTION_LOG},
    {"deadline", required_argument, NULL, OPTION_DEADLINE},
    {"json", no_argument, NULL, OPTION_JSON},
    {"checkpoint", required_argument, NULL, OPTION_CHECKPOINT},
    {"checkpoint-every", required_argument, NULL, OPTION_EVERY},
    {"resume", no_argument, NULL, OPTION_RESUME},
    {"keep-checkpoints", no_argument, NULL, OPTION_KEEP_CHECKPOINTS},
    {"stop-before", required_argument, NULL, OPTION_STOP_BEFORE},
    {"verify", no_argument, NULL, OPTION_VERIFY},
    {"prior", required_argument, NULL, OPTION_PRIOR},
    {"prior-known", no_argument, NULL, OPTION_PRIOR_KNOWN},
    {"from", required_argument, NULL, OPTION_FROM},
    {"steps", required_argument, NULL, OPTION_STEPS},
    {"each-step", no_argument, NULL, OPTION_EACH_STEP},
    {"input", required_argument, NULL, OPTION_INPUT},
    {"memory-limit", required_argument, NULL, OPTION_MEMORY},
    {"files", no_argument, NULL, OPTION_FILES},
    {"files-from", required_argument, NULL, OPTION_FILES_FROM},
    {"null", no_argument, NULL, '0'},
    {"times", no_argument, NULL, OPTION_TIMES},
    {"extract", required_argument, NULL, OPTION_EXTRACT},
    {"full", no_argument, NULL, OPTION_FULL},
    {"plot", required_argument, NULL, OPTION_PLOT},
    {"key", required_argument, NULL, OPTION_KEY},
    {"ranks", required_argument, NULL, OPTION_RANKS},
    {NULL, 0, NULL, 0},
};

static const struct {
    const char *name;
    ock_command command;
} commands[] = {{"compress", OCK_COMMAND_COMPRESS}, {"decompress", OCK_COMMAND_DECOMPRESS},
                {"test", OCK_COMMAND_TEST},         {"info", OCK_COMMAND_INFO},
                {"audit", OCK_COMMAND_AUDIT},       {"mdl", OCK_COMMAND_MDL},
                {"plan", OCK_COMMAND_PLAN},         {"help", OCK_COMMAND_HELP}};

/* What the options ask for before the level is known; the level's numbers
 * come first, then --set. */
typedef struct request {
    uint32_t level;
    uint32_t seed;
    bool seed_given;
    const char **assignments; /* (assignment_count) of --set */
    size_t assignment_count;
    const char *output;
    const char *list; /* --files-from */
} request;

static ock_status parse_count(const char *name, const char *text, uint32_t max, uint32_t *value)
{
    char *end;
    errno = 0;
    unsigned long wide = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || wide > max) {
        return ock_fail(OCK_ENVIRONMENT, "--%s %s: expected an integer from 0 to %u", name, text,
                        max);
    }
    *value = (uint32_t)wide;
    return OCK_OK;
}

/* Bytes, with K, M or G behind them 2^10, 2^20 or 2^30 times as many. */
static ock_status parse_size(const char *name, const char *text, uint64_t *bytes)
{
    static const char units[] = "KMG";
    char *end;
    errno = 0;
    unsigned long long wide = strtoull(text, &end, 10);
    const char *unit = *end != '\0' ? strchr(units, *end) : NULL;
    const int shift = unit != NULL ? 10 * (int)(unit - units + 1) : 0;
    if (text[0] < '0' || text[0] > '9' || errno != 0 || wide > UINT64_MAX >> shift ||
        end[unit != NULL] != '\0') {
        return ock_fail(OCK_ENVIRONMENT, "--%s %s: expected a number of bytes, or with K, M or G",
                        name, text);
    }
    *bytes = (uint64_t)wide << shift;
    return OCK_OK;
}

static ock_status parse_ranks(const char *text, unsigned *ranks)
{
    ock_status status = parse_count("ranks", text, 1 << 20, ranks);
    if (status == OCK_OK && *ranks == 0) {
        status = ock_fail(OCK_ENVIRONMENT, "--ranks %s: must not be 0", text);
    }
    return status;
}

/* "N": steps; "Ns": seconds. */
static ock_status parse_every(const char *text, ock_options *o)
{
    char number[16];
    size_t length = strlen(text);
    bool seconds = length > 0 && text[length - 1] == 's';
    snprintf(number, sizeof number, "%.*s", (int)(length - seconds), text);
    o->every_steps = 0;
    ock_status status = parse_count("checkpoint-every", number, 1000000000,
                                    seconds ? &o->every_seconds : &o->every_steps);
    if (status == OCK_OK && (seconds ? o->every_seconds : o->every_steps) == 0) {
        status = ock_fail(OCK_ENVIRONMENT, "--checkpoint-every %s: must not be 0", text);
    }
    return status;
}

/* "A:B", steps from 1 on; either may be missing. */
static ock_status parse_steps(const char *text, ock_options *o)
{
    char *end = NULL;
    const char *colon = strchr(text, ':');
    bool good = colon != NULL && strspn(text, "0123456789:") == strlen(text);
    errno = 0;
    if (good && colon > text) {
        o->first_step = strtoull(text, &end, 10);
    }
    if (good && colon[1] != '\0') {
        o->last_step = strtoull(colon + 1, &end, 10);
    }
    good = good && errno == 0 && (end == NULL || *end == '\0' || end == colon) &&
           (o->last_step == 0 || o->first_step <= o->last_step);
    return good
               ? OCK_OK
               : ock_fail(OCK_ENVIRONMENT, "--steps %s: expected two numbers, as in 100:200", text);
}

static ock_status take_audit_option(int option, const char *argument, ock_options *o)
{
    switch (option) {
    case OPTION_FROM:
        o->from = argument;
        return OCK_OK;
    case OPTION_STEPS:
        o->audit_given = "--steps";
        return parse_steps(argument, o);
    case OPTION_EACH_STEP:
        o->audit_given = "--each-step";
        o->each_step = true;
        return OCK_OK;
    case OPTION_INPUT:
        o->audit_given = "--input";
        o->corpus = argument;
        return OCK_OK;
    default:
        return ock_fail(OCK_ENVIRONMENT, "wrong usage; try ockham --help");
    }
}

/* Options of checkpoints and their like. */
static ock_status take_keeping_option(int option, const char *argument, ock_options *o)
{
    switch (option) {
    case OPTION_CHECKPOINT:
        o->checkpoint = argument;
        return argument[0] != '\0' ? OCK_OK
                                   : ock_fail(OCK_ENVIRONMENT, "--checkpoint: needs a folder");
    case OPTION_EVERY:
        o->keeping_given = "--checkpoint-every";
        return parse_every(argument, o);
    case OPTION_KEEP_CHECKPOINTS:
        o->keeping_given = "--keep-checkpoints";
        o->keep_checkpoints = true;
        return OCK_OK;
    case OPTION_RESUME:
        o->keeping_given = "--resume";
        o->resume = true;
        return OCK_OK;
    case OPTION_STOP_BEFORE:
        o->keeping_given = "--stop-before";
        return parse_count("stop-before", argument, 1000000000, &o->stop_before);
    case OPTION_VERIFY:
        o->verify = true;
        return OCK_OK;
    case OPTION_MEMORY:
        o->memory_limit_given = true;
        return parse_size("memory-limit", argument, &o->memory_limit);
    default:
        return take_audit_option(option, argument, o);
    }
}

static ock_status take_prior(const char *argument, ock_options *o)
{
    if (o->prior_count == OCK_MAX_PRIORS) {
        return ock_fail(OCK_ENVIRONMENT, "--prior: more than %d", (int)OCK_MAX_PRIORS);
    }
    o->priors[o->prior_count++] = argument;
    return OCK_OK;
}

/* Options of trees; the rest is passed on. */
static ock_status take_tree_option(int option, const char *argument, ock_options *o, request *r)
{
    switch (option) {
    case OPTION_FILES:
        o->files = true;
        return OCK_OK;
    case OPTION_FILES_FROM:
        o->files_from = true;
        r->list = argument;
        return OCK_OK;
    case '0':
        o->nul = true;
        return OCK_OK;
    case OPTION_EXTRACT:
        o->extract = argument;
        return OCK_OK;
    case OPTION_TIMES:
        o->times = true;
        return OCK_OK;
    default:
        return take_keeping_option(option, argument, o);
    }
}

/* One option. `argument` is NULL where it takes none. */
static ock_status take_option(int option, const char *argument, ock_options *o, request *r)
{
    switch (option) {
    case 'o':
        r->output = argument;
        return OCK_OK;
    case 'c':
        r->output = "-";
        return OCK_OK;
    case 'f':
        o->force = true;
        return OCK_OK;
    case 'k':
        o->keep = true;
        return OCK_OK;
    case 'q':
        o->verbosity = -1;
        return OCK_OK;
    case 'v':
        o->verbosity = 1;
        return OCK_OK;
    case 'h':
        o->command = OCK_COMMAND_HELP;
        return OCK_OK;
    case 'V':
        o->command = OCK_COMMAND_VERSION;
        return OCK_OK;
    case OPTION_JSON:
        o->json = true;
        return OCK_OK;
    case OPTION_KEY:
        o->key = argument;
        return OCK_OK;
    case OPTION_PLOT:
        o->plot = argument;
        return OCK_OK;
    case OPTION_FULL:
        o->full = true;
        return OCK_OK;
    case OPTION_LOG:
        o->log = argument;
        return OCK_OK;
    case OPTION_SET:
        r->assignments[r->assignment_count++] = argument;
        return OCK_OK;
    case OPTION_PRIOR:
        return take_prior(argument, o);
    case OPTION_PRIOR_KNOWN:
        o->prior_known = true;
        return OCK_OK;
    case OPTION_SEED:
        r->seed_given = true;
        return parse_count("seed", argument, UINT32_MAX, &r->seed);
    case OPTION_LANES:
        return parse_count("lanes", argument, OCK_MAX_LANES, &o->wishes.lanes);
    case OPTION_SHARDS:
        return parse_count("shards", argument, OCK_MAX_LANES, &o->wishes.shards);
    case OPTION_RANKS:
        return parse_ranks(argument, &o->ranks);
    case OPTION_DEADLINE:
        return parse_count("deadline", argument, 1000000, &o->deadline);
    default:
        if (option >= '1' && option <= '9') {
            r->level = (uint32_t)(option - '0');
            return OCK_OK;
        }
        return take_tree_option(option, argument, o, r);
    }
}

static ock_status take_options(int argc, char **argv, ock_options *o, request *r)
{
    int option;
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":o:cfkqvhV0123456789", long_options, NULL)) != -1) {
        if (option == '?' || option == ':') {
            return ock_fail(OCK_ENVIRONMENT, "option %s: %s; try ockham --help", argv[optind - 1],
                            option == ':' ? "an argument is missing" : "unknown");
        }
        ock_status status = take_option(option, optarg, o, r);
        if (status != OCK_OK || o->command == OCK_COMMAND_HELP ||
            o->command == OCK_COMMAND_VERSION) {
            return status;
        }
    }
    return OCK_OK;
}

static ock_status take_command(const char *name, ock_options *o)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            o->command = commands[i].command;
            return OCK_OK;
        }
    }
    return ock_fail(OCK_ENVIRONMENT, "unknown command %s; try ockham --help", name);
}

static ock_status copy_name(const char *text, size_t length, const char *suffix, char **copy)
{
    size_t bytes = length + strlen(suffix) + 1;
    *copy = malloc(bytes);
    if (*copy == NULL) {
        return ock_fail_memory(bytes, "the output's name");
    }
    snprintf(*copy, bytes, "%.*s%s", (int)length, text, suffix);
    return OCK_OK;
}

/* The length of a path without slashes at its end; 0 where its last name is none of its own. */
static size_t own_length(const char *path)
{
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/') {
        length--;
    }
    const char *name = path + length;
    while (name > path && name[-1] != '/') {
        name--;
    }
    const size_t bytes = (size_t)(path + length - name);
    return bytes > 0 && strspn(name, ".") == bytes && bytes <= 2 ? 0 : length;
}

/* FILE -> FILE.ock, FILE.ock -> FILE, - -> -. */
static ock_status name_output(ock_options *o, const char *wished)
{
    static const char suffix[] = ".ock";
    size_t length = strlen(o->input), tail = sizeof suffix - 1;
    if (o->command == OCK_COMMAND_TEST || o->command == OCK_COMMAND_INFO ||
        o->command == OCK_COMMAND_AUDIT || o->command == OCK_COMMAND_PLAN) {
        return OCK_OK;
    }
    if (wished != NULL) {
        return copy_name(wished, strlen(wished), "", &o->output);
    }
    if (strcmp(o->input, "-") == 0 && !o->files_from && o->extract == NULL) {
        return copy_name("-", 1, "", &o->output);
    }
    if (o->files_from || o->extract != NULL) {
        return ock_fail(OCK_ENVIRONMENT, "--files-from and --extract need -o");
    }
    if (o->command == OCK_COMMAND_COMPRESS) {
        length = own_length(o->input);
        if (length == 0) {
            return ock_fail(OCK_ENVIRONMENT, "%s: no name to add .ock to; give -o", o->input);
        }
    }
    bool has_suffix = length > tail && strncmp(o->input + length - tail, suffix, tail) == 0;
    if (o->command == OCK_COMMAND_COMPRESS) {
        return has_suffix
                   ? ock_fail(OCK_ENVIRONMENT, "%s: already has the suffix .ock; give -o", o->input)
                   : copy_name(o->input, length, suffix, &o->output);
    }
    return has_suffix ? copy_name(o->input, length - tail, "", &o->output)
                      : ock_fail(OCK_ENVIRONMENT, "%s: does not end in .ock; give -o", o->input);
}

static ock_status settle_model(ock_options *o, const request *r)
{
    ock_status status = ock_config_level(r->level, &o->wishes.config);
    o->wishes.level = r->level;
    if (r->seed_given) {
        o->wishes.config.seed = r->seed;
    }
    for (size_t i = 0; i < r->assignment_count && status == OCK_OK; i++) {
        status = ock_config_set(&o->wishes.config, r->assignments[i]);
    }
    return status;
}

/* What follows "audit": a verb and, by the verb, paths. */
static ock_status take_audit(int argc, char **argv, ock_options *o)
{
    static const struct {
        const char *verb;
        ock_audit_command audit;
        int paths;
        bool key, needs_key; /* takes one, not without one */
    } verbs[] = {{"verify", OCK_AUDIT_VERIFY, 1, true, false},
                 {"replay", OCK_AUDIT_REPLAY, 1, false, false},
                 {"bisect", OCK_AUDIT_BISECT, 2, false, false},
                 {"doctor", OCK_AUDIT_DOCTOR, 0, false, false},
                 {"keygen", OCK_AUDIT_KEYGEN, 0, true, true},
                 {"sign", OCK_AUDIT_SIGN, 1, true, true},
                 {"check", OCK_AUDIT_CHECK, 1, true, true}};
    static const char *const counts[] = {"no file", "one file", "two files"};
    const char *verb = optind + 1 < argc ? argv[optind + 1] : "";
    size_t i = 0;
    while (i < sizeof verbs / sizeof verbs[0] && strcmp(verb, verbs[i].verb) != 0) {
        i++;
    }
    if (i == sizeof verbs / sizeof verbs[0]) {
        return ock_fail(OCK_ENVIRONMENT,
                        "audit: expected verify, replay, bisect, doctor, keygen, sign "
                        "or check; try ockham --help");
    }
    const int paths = verbs[i].paths;
    o->audit = verbs[i].audit;
    if (argc - optind != 2 + paths) {
        return ock_fail(OCK_ENVIRONMENT, "audit %s takes %s", verb, counts[paths]);
    }
    if (o->key != NULL ? !verbs[i].key : verbs[i].needs_key) {
        return ock_fail(OCK_ENVIRONMENT, "audit %s %s --key", verb,
                        verbs[i].key ? "needs" : "takes no");
    }
    if (o->audit_given != NULL && o->audit != OCK_AUDIT_REPLAY) {
        return ock_fail(OCK_ENVIRONMENT, "audit %s: %s is for replay", verb, o->audit_given);
    }
    if (o->from != NULL && o->audit != OCK_AUDIT_REPLAY && o->audit != OCK_AUDIT_BISECT) {
        return ock_fail(OCK_ENVIRONMENT, "audit %s: --from is for replay and bisect", verb);
    }
    if (o->checkpoint != NULL) {
        return ock_fail(OCK_ENVIRONMENT, "audit %s makes no checkpoints (--from reads one)", verb);
    }
    o->input = paths > 0 ? argv[optind + 2] : NULL;
    o->second = paths > 1 ? argv[optind + 3] : NULL;
    return OCK_OK;
}

/* What belongs to one command only. */
static ock_status check_tree_options(const ock_options *o)
{
    bool compress = o->command == OCK_COMMAND_COMPRESS;
    if (!compress && (o->files_from || o->times)) {
        return ock_fail(OCK_ENVIRONMENT, "--files-from and --times are for compress");
    }
    if (o->nul && !o->files_from) {
        return ock_fail(OCK_ENVIRONMENT, "-0 needs --files-from");
    }
    if (o->extract != NULL && o->command != OCK_COMMAND_DECOMPRESS) {
        return ock_fail(OCK_ENVIRONMENT, "--extract is for decompress");
    }
    if (o->files && o->command != OCK_COMMAND_INFO) {
        return ock_fail(OCK_ENVIRONMENT, "--files is for info");
    }
    return OCK_OK;
}

static ock_status take_files(int argc, char **argv, ock_options *o)
{
    o->operands = (const char *const *)(argv + optind + 1);
    o->operand_count = (size_t)(argc - optind - 1);
    return o->operand_count > 0 ? OCK_OK : ock_fail(OCK_ENVIRONMENT, "mdl takes one FILE or more");
}

static ock_status take_operands(int argc, char **argv, ock_options *o, const request *r)
{
    if (optind >= argc) {
        return ock_fail(OCK_ENVIRONMENT, "no command; try ockham --help");
    }
    ock_status status = take_command(argv[optind], o);
    if (status != OCK_OK || o->command == OCK_COMMAND_HELP) {
        return status;
    }
    if (o->command == OCK_COMMAND_AUDIT) {
        return take_audit(argc, argv, o);
    }
    if (o->audit_given != NULL) {
        return ock_fail(OCK_ENVIRONMENT, "%s is for audit replay", o->audit_given);
    }
    if (o->from != NULL) {
        return ock_fail(OCK_ENVIRONMENT, "--from is for audit replay and bisect");
    }
    status = check_tree_options(o);
    if (status != OCK_OK) {
        return status;
    }
    if (o->command == OCK_COMMAND_MDL) {
        return take_files(argc, argv, o);
    }
    if (o->files_from && argc - optind != 1) {
        return ock_fail(OCK_ENVIRONMENT, "%s takes --files-from or a FILE, not both", argv[optind]);
    }
    if (!o->files_from && argc - optind != 2) {
        return ock_fail(OCK_ENVIRONMENT, "%s takes exactly one FILE (- is standard input)",
                        argv[optind]);
    }
    if (o->keeping_given != NULL && o->checkpoint == NULL) {
        return ock_fail(OCK_ENVIRONMENT, "%s needs --checkpoint DIR", o->keeping_given);
    }
    o->input = o->files_from ? r->list : argv[optind + 1];
    status = settle_model(o, r);
    return status != OCK_OK ? status : name_output(o, r->output);
}

ock_status ock_options_parse(int argc, char **argv, ock_options *options)
{
    request r = {.level = OCK_LEVEL_DEFAULT};
    *options = (ock_options){.command = OCK_COMMAND_INFO,
                             .deadline = 600,
                             .keep = true,
                             .every_seconds = 600,
                             .ranks = 1};
    r.assignments = calloc((size_t)argc + 1, sizeof *r.assignments);
    if (r.assignments == NULL) {
        return ock_fail_memory((size_t)argc * sizeof *r.assignments, "the options");
    }
    ock_status status = take_options(argc, argv, options, &r);
    if (status == OCK_OK && options->command != OCK_COMMAND_HELP &&
        options->command != OCK_COMMAND_VERSION) {
        status = take_operands(argc, argv, options, &r);
    }
    free(r.assignments);
    return status;
}

void ock_options_free(ock_options *options)
{
    free(options->output);
    options->output = NULL;
}
