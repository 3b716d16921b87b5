/* options.c - getopt_long over the command line; one table of options, one of commands. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help_text[] =
    "Usage: ockham COMMAND [OPTION]... FILE\n"
    "       mpirun -n RANKS ockham COMMAND [OPTION]... FILE\n"
    "Lossless compression by a network that is trained on the data while it codes it.\n"
    "The same input and options give the same file on any number of ranks.\n"
    "\n"
    "Commands:\n"
    "  compress FILE      write FILE.ock\n"
    "  decompress FILE    restore FILE.ock to FILE\n"
    "  test FILE          decode and check, write nothing\n"
    "  audit verify FILE  check structure and digests (does not start MPI)\n"
    "  audit replay FILE  decode, and compare the state with its digests in the file\n"
    "  audit bisect A B   where two files, checkpoints or logs of one run differ first\n"
    "  info FILE          say what a compressed file holds (does not start MPI)\n"
    "FILE may be -, standard input.\n"
    "\n"
    "Options:\n"
    "  -1 ... -9            level: from fast to small (default 5)\n"
    "  -o, --output FILE    write to FILE (- is standard output)\n"
    "  -c, --stdout         the same as -o -\n"
    "  -f, --force          replace an existing output file\n"
    "  -k, --keep           keep the input (always so)\n"
    "  -q, --quiet          no progress, no notes\n"
    "  -v, --verbose        configuration and memory as well\n"
    "      --lanes N        cut the input into N lanes (default: by its length)\n"
    "      --shards N       units of data parallelism; at most as many ranks have work\n"
    "      --set NAME=VALUE change a number of the model (info lists them); repeatable\n"
    "      --seed N         start of the random generator (default 1)\n"
    "      --log FILE       append machine-readable JSON lines to FILE\n"
    "      --checkpoint DIR keep the run's state in DIR, so that it can be resumed\n"
    "      --checkpoint-every N[s]\n"
    "                       after every N steps, or N seconds (default 600s)\n"
    "      --resume         go on from the newest good checkpoint in DIR, if there is one\n"
    "      --stop-before SEC\n"
    "                       make a checkpoint and exit 75 before this time is over\n"
    "      --verify         compress: decode the result before it is accepted\n"
    "      --deadline SEC   end the job when a rank waits this long (default 600, 0: never)\n"
    "      --json           info: print JSON\n"
    "      --from CHECKPOINT\n"
    "                       audit replay: begin with this checkpoint, or one in this folder\n"
    "      --steps A:B      audit replay: only steps A to B (and on to the next digest)\n"
    "      --input CORPUS   audit replay: compress this again instead of decoding\n"
    "  -h, --help           this text\n"
    "  -V, --version        versions of contract, compiler, libraries; instruction set in use\n"
    "\n"
    "Exit codes: 0 done, 1 usage or environment, 2 bad data, 3 internal error,\n"
    "75 stopped with a checkpoint (SIGUSR1, DIR/halt, --stop-before): run again with --resume.\n"
    "SIGUSR2 prints a status line. An audit's last line is MATCH (0), MISMATCH (2),\n"
    "MACHINE_FAULT (3) or INCOMPLETE (1).\n";

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
    OPTION_STOP_BEFORE,
    OPTION_VERIFY,
    OPTION_FROM,
    OPTION_STEPS,
    OPTION_INPUT
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
    {"stop-before", required_argument, NULL, OPTION_STOP_BEFORE},
    {"verify", no_argument, NULL, OPTION_VERIFY},
    {"from", required_argument, NULL, OPTION_FROM},
    {"steps", required_argument, NULL, OPTION_STEPS},
    {"input", required_argument, NULL, OPTION_INPUT},
    {NULL, 0, NULL, 0},
};

static const struct {
    const char *name;
    ock_command command;
} commands[] = {{"compress", OCK_COMMAND_COMPRESS}, {"decompress", OCK_COMMAND_DECOMPRESS},
                {"test", OCK_COMMAND_TEST},         {"info", OCK_COMMAND_INFO},
                {"audit", OCK_COMMAND_AUDIT},       {"help", OCK_COMMAND_HELP}};

/* What the options ask for before the level is known; the level's numbers
 * come first, then --set. */
typedef struct request {
    uint32_t level;
    uint32_t seed;
    bool seed_given;
    const char **assignments; /* (assignment_count) of --set */
    size_t assignment_count;
    const char *output;
} request;

static ock_status parse_count(const char *name, const char *text, uint32_t max, uint32_t *value)
{
    char *end;
    errno = 0;
    unsigned long wide = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || wide > max)
        return ock_fail(OCK_ENVIRONMENT, "--%s %s: expected an integer from 0 to %u", name, text,
                        max);
    *value = (uint32_t)wide;
    return OCK_OK;
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
    if (status == OCK_OK && (seconds ? o->every_seconds : o->every_steps) == 0)
        status = ock_fail(OCK_ENVIRONMENT, "--checkpoint-every %s: must not be 0", text);
    return status;
}

/* "A:B", steps from 1 on; either may be missing. */
static ock_status parse_steps(const char *text, ock_options *o)
{
    char *end = NULL;
    const char *colon = strchr(text, ':');
    bool good = colon != NULL && strspn(text, "0123456789:") == strlen(text);
    errno = 0;
    if (good && colon > text)
        o->first_step = strtoull(text, &end, 10);
    if (good && colon[1] != '\0')
        o->last_step = strtoull(colon + 1, &end, 10);
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
        o->audit_given = "--from";
        o->from = argument;
        return OCK_OK;
    case OPTION_STEPS:
        o->audit_given = "--steps";
        return parse_steps(argument, o);
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
    default:
        return take_audit_option(option, argument, o);
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
    case OPTION_LOG:
        o->log = argument;
        return OCK_OK;
    case OPTION_SET:
        r->assignments[r->assignment_count++] = argument;
        return OCK_OK;
    case OPTION_SEED:
        r->seed_given = true;
        return parse_count("seed", argument, UINT32_MAX, &r->seed);
    case OPTION_LANES:
        return parse_count("lanes", argument, OCK_MAX_LANES, &o->wishes.lanes);
    case OPTION_SHARDS:
        return parse_count("shards", argument, OCK_MAX_LANES, &o->wishes.shards);
    case OPTION_DEADLINE:
        return parse_count("deadline", argument, 1000000, &o->deadline);
    default:
        if (option >= '1' && option <= '9') {
            r->level = (uint32_t)(option - '0');
            return OCK_OK;
        }
        return take_keeping_option(option, argument, o);
    }
}

static ock_status take_options(int argc, char **argv, ock_options *o, request *r)
{
    int option;
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":o:cfkqvhV123456789", long_options, NULL)) != -1) {
        if (option == '?' || option == ':')
            return ock_fail(OCK_ENVIRONMENT, "option %s: %s; try ockham --help", argv[optind - 1],
                            option == ':' ? "an argument is missing" : "unknown");
        ock_status status = take_option(option, optarg, o, r);
        if (status != OCK_OK || o->command == OCK_COMMAND_HELP || o->command == OCK_COMMAND_VERSION)
            return status;
    }
    return OCK_OK;
}

static ock_status take_command(const char *name, ock_options *o)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(name, commands[i].name) == 0) {
            o->command = commands[i].command;
            return OCK_OK;
        }
    return ock_fail(OCK_ENVIRONMENT, "unknown command %s; try ockham --help", name);
}

static ock_status copy_name(const char *text, size_t length, const char *suffix, char **copy)
{
    size_t bytes = length + strlen(suffix) + 1;
    *copy = malloc(bytes);
    if (*copy == NULL)
        return ock_fail_memory(bytes, "the output's name");
    snprintf(*copy, bytes, "%.*s%s", (int)length, text, suffix);
    return OCK_OK;
}

/* FILE -> FILE.ock, FILE.ock -> FILE, - -> -. */
static ock_status name_output(ock_options *o, const char *wished)
{
    static const char suffix[] = ".ock";
    size_t length = strlen(o->input), tail = sizeof suffix - 1;
    if (o->command == OCK_COMMAND_TEST || o->command == OCK_COMMAND_INFO ||
        o->command == OCK_COMMAND_AUDIT)
        return OCK_OK;
    if (wished != NULL)
        return copy_name(wished, strlen(wished), "", &o->output);
    if (strcmp(o->input, "-") == 0)
        return copy_name("-", 1, "", &o->output);
    bool has_suffix = length > tail && strcmp(o->input + length - tail, suffix) == 0;
    if (o->command == OCK_COMMAND_COMPRESS)
        return has_suffix
                   ? ock_fail(OCK_ENVIRONMENT, "%s: already has the suffix .ock; give -o", o->input)
                   : copy_name(o->input, length, suffix, &o->output);
    return has_suffix ? copy_name(o->input, length - tail, "", &o->output)
                      : ock_fail(OCK_ENVIRONMENT, "%s: does not end in .ock; give -o", o->input);
}

static ock_status settle_model(ock_options *o, const request *r)
{
    ock_status status = ock_config_level(r->level, &o->wishes.config);
    o->wishes.level = r->level;
    if (r->seed_given)
        o->wishes.config.seed = r->seed;
    for (size_t i = 0; i < r->assignment_count && status == OCK_OK; i++)
        status = ock_config_set(&o->wishes.config, r->assignments[i]);
    return status;
}

/* What follows "audit": a verb, and one or two paths. */
static ock_status take_audit(int argc, char **argv, ock_options *o)
{
    static const char *const verbs[] = {"verify", "replay", "bisect"};
    const char *verb = optind + 1 < argc ? argv[optind + 1] : "";
    size_t i = 0;
    while (i < sizeof verbs / sizeof verbs[0] && strcmp(verb, verbs[i]) != 0)
        i++;
    if (i == sizeof verbs / sizeof verbs[0])
        return ock_fail(OCK_ENVIRONMENT, "audit: expected verify, replay or bisect");
    o->audit = (ock_audit_command)i;
    int paths = o->audit == OCK_AUDIT_BISECT ? 2 : 1;
    if (argc - optind != 2 + paths)
        return ock_fail(OCK_ENVIRONMENT, "audit %s takes %s", verb,
                        paths == 2 ? "two files" : "one file");
    if (o->audit_given != NULL && o->audit != OCK_AUDIT_REPLAY)
        return ock_fail(OCK_ENVIRONMENT, "audit %s: %s is for replay", verb, o->audit_given);
    if (o->checkpoint != NULL)
        return ock_fail(OCK_ENVIRONMENT, "audit %s makes no checkpoints (--from reads one)", verb);
    o->input = argv[optind + 2];
    o->second = paths == 2 ? argv[optind + 3] : NULL;
    return OCK_OK;
}

static ock_status take_operands(int argc, char **argv, ock_options *o, const request *r)
{
    if (optind >= argc)
        return ock_fail(OCK_ENVIRONMENT, "no command; try ockham --help");
    ock_status status = take_command(argv[optind], o);
    if (status != OCK_OK || o->command == OCK_COMMAND_HELP)
        return status;
    if (o->command == OCK_COMMAND_AUDIT)
        return take_audit(argc, argv, o);
    if (o->audit_given != NULL)
        return ock_fail(OCK_ENVIRONMENT, "%s is for audit replay", o->audit_given);
    if (argc - optind != 2)
        return ock_fail(OCK_ENVIRONMENT, "%s takes exactly one FILE (- is standard input)",
                        argv[optind]);
    if (o->keeping_given != NULL && o->checkpoint == NULL)
        return ock_fail(OCK_ENVIRONMENT, "%s needs --checkpoint DIR", o->keeping_given);
    o->input = argv[optind + 1];
    status = settle_model(o, r);
    return status != OCK_OK ? status : name_output(o, r->output);
}

ock_status ock_options_parse(int argc, char **argv, ock_options *options)
{
    request r = {.level = OCK_LEVEL_DEFAULT};
    *options = (ock_options){
        .command = OCK_COMMAND_INFO, .deadline = 600, .keep = true, .every_seconds = 600};
    r.assignments = calloc((size_t)argc + 1, sizeof *r.assignments);
    if (r.assignments == NULL)
        return ock_fail_memory((size_t)argc * sizeof *r.assignments, "the options");
    ock_status status = take_options(argc, argv, options, &r);
    if (status == OCK_OK && options->command != OCK_COMMAND_HELP &&
        options->command != OCK_COMMAND_VERSION)
        status = take_operands(argc, argv, options, &r);
    free(r.assignments);
    return status;
}

void ock_options_free(ock_options *options)
{
    free(options->output);
    options->output = NULL;
}

const char *ock_options_help(void)
{
    return help_text;
}
