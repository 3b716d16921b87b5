/* option_table.c - the table of commands and the table of options. */
#include "cli/option_table.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "threads/team.h"

const ock_command_row ock_command_rows[OCK_COMMAND_ROWS] = {
    {"compress", NULL, OCK_COMMAND_COMPRESS, 0, 1, 1, "FILE", OCK_OPERAND_ANY, true,
     "write FILE.ock; FILE may be a directory with all in it"},
    {"decompress", NULL, OCK_COMMAND_DECOMPRESS, 0, 1, 1, "FILE", OCK_OPERAND_PACKED, true,
     "restore FILE.ock to FILE, a file or a new directory"},
    {"test", NULL, OCK_COMMAND_TEST, 0, 1, 1, "FILE", OCK_OPERAND_PACKED, true,
     "decode and check, keep nothing"},
    {"info", NULL, OCK_COMMAND_INFO, 0, 1, 1, "FILE", OCK_OPERAND_PACKED, false,
     "say what a compressed file holds"},
    {"plan", NULL, OCK_COMMAND_PLAN, 0, 1, 1, "FILE|BYTES", OCK_OPERAND_ANY, false,
     "say how FILE, a directory too, would be cut, what memory and time it would take"},
    {"mdl", NULL, OCK_COMMAND_MDL, 0, 1, SIZE_MAX, "FILE...", OCK_OPERAND_PACKED, false,
     "description length of data and program, where it is spent"},
    {"audit", "verify", OCK_COMMAND_AUDIT, OCK_AUDIT_VERIFY, 1, 1, "FILE", OCK_OPERAND_PACKED,
     false, "check structure and digests, with --key the signature"},
    {"audit", "replay", OCK_COMMAND_AUDIT, OCK_AUDIT_REPLAY, 1, 1, "FILE", OCK_OPERAND_PACKED, true,
     "decode, and compare the state with its digests in the file"},
    {"audit", "bisect", OCK_COMMAND_AUDIT, OCK_AUDIT_BISECT, 2, 2, "A B", OCK_OPERAND_ANY, true,
     "where two files, checkpoints or logs of a run differ first"},
    {"audit", "doctor", OCK_COMMAND_AUDIT, OCK_AUDIT_DOCTOR, 0, 0, "", OCK_OPERAND_NONE, false,
     "check whether this machine computes right"},
    {"audit", "keygen", OCK_COMMAND_AUDIT, OCK_AUDIT_KEYGEN, 0, 0, "", OCK_OPERAND_NONE, false,
     "make --key KEY to sign with, and KEY.pub to give away"},
    {"audit", "sign", OCK_COMMAND_AUDIT, OCK_AUDIT_SIGN, 1, 1, "FILE", OCK_OPERAND_PACKED, false,
     "sign FILE with --key KEY: FILE.sig"},
    {"audit", "check", OCK_COMMAND_AUDIT, OCK_AUDIT_CHECK, 1, 1, "FILE", OCK_OPERAND_PACKED, false,
     "check FILE.sig against --key KEY.pub"},
    {"help", NULL, OCK_COMMAND_HELP, 0, 0, SIZE_MAX, "", OCK_OPERAND_NONE, false,
     "the same as --help"},
};

/* Sets of commands that several options are for. */
enum {
    WRITING = OCK_FOR_COMPRESS | OCK_FOR_DECOMPRESS,
    PLANNING = OCK_FOR_COMPRESS | OCK_FOR_PLAN,
    LISTED = PLANNING | OCK_FOR_REPLAY,
    DECODING = OCK_FOR_DECOMPRESS | OCK_FOR_TEST,
    RESUMABLE = OCK_FOR_COMPRESS | DECODING,
    TOGETHER = RESUMABLE | OCK_FOR_REPLAY | OCK_FOR_BISECT,
    REPORTING = OCK_FOR_INFO | OCK_FOR_PLAN | OCK_FOR_MDL,
    SIGNING = OCK_FOR_KEYGEN | OCK_FOR_SIGN | OCK_FOR_CHECK
};

enum {
    LONGEST_SECONDS = 1000000000,
    LONGEST_DEADLINE = 1000000,
    LONGEST_LATENCY = 1000000000, /* nanoseconds */
    MOST_NODES = 4096,
    MOST_RANKS = 1 << 20
};

#define FIELD(name) offsetof(ock_options, name)

const ock_option ock_option_rows[] = {
    {.name = "force",
     .letter = 'f',
     .type = OCK_OPTION_FLAG,
     .place = FIELD(force),
     .commands = OCK_FOR_ALL,
     .help = "replace an existing output file"},
    {.name = "keep",
     .letter = 'k',
     .type = OCK_OPTION_FLAG,
     .place = FIELD(keep),
     .commands = OCK_FOR_ALL,
     .help = "keep the input (always so)"},
    {.name = "quiet",
     .letter = 'q',
     .type = OCK_OPTION_SWITCH,
     .value = -1,
     .place = FIELD(verbosity),
     .commands = OCK_FOR_ALL,
     .help = "no progress, no notes"},
    {.name = "verbose",
     .letter = 'v',
     .type = OCK_OPTION_SWITCH,
     .value = 1,
     .place = FIELD(verbosity),
     .commands = OCK_FOR_ALL,
     .help = "configuration and instruction set as well"},
    {.name = "help",
     .letter = 'h',
     .type = OCK_OPTION_INSTEAD,
     .value = OCK_COMMAND_HELP,
     .commands = OCK_FOR_ALL,
     .help = "print a short help"},
    {.name = "version",
     .letter = 'V',
     .type = OCK_OPTION_INSTEAD,
     .value = OCK_COMMAND_VERSION,
     .commands = OCK_FOR_ALL,
     .help = "versions of program and libraries; instruction set in use"},

    {.name = "output",
     .letter = 'o',
     .type = OCK_OPTION_FILE,
     .argument = "FILE",
     .place = FIELD(wished_output),
     .commands = WRITING,
     .help = "write to FILE (- is standard output)"},
    {.name = "stdout",
     .letter = 'c',
     .type = OCK_OPTION_STDOUT,
     .place = FIELD(wished_output),
     .commands = WRITING,
     .help = "the same as -o -"},

    {.name = NULL,
     .letter = '0' + OCK_LEVEL_MIN,
     .type = OCK_OPTION_LEVEL,
     .least = OCK_LEVEL_MIN,
     .most = OCK_LEVEL_MAX,
     .place = FIELD(wishes.level),
     .commands = PLANNING,
     .passed_over = DECODING,
     .help = "level: from fast to small (default 5)"},
    {.name = "lanes",
     .type = OCK_OPTION_COUNT,
     .argument = "N",
     .most = OCK_MAX_LANES,
     .place = FIELD(wishes.lanes),
     .commands = PLANNING,
     .help = "cut the input into N lanes (default 0: by its length)"},
    {.name = "shards",
     .type = OCK_OPTION_COUNT,
     .argument = "N",
     .most = OCK_MAX_LANES,
     .place = FIELD(wishes.shards),
     .commands = PLANNING,
     .help = "units of data parallelism, each of one rank (default 0: by the length)"},
    {.name = "set",
     .type = OCK_OPTION_SETTING,
     .argument = "NAME=VALUE",
     .place = FIELD(wishes.config),
     .commands = PLANNING,
     .help = "change a number of the model (see info); repeatable"},
    {.name = "layout",
     .type = OCK_OPTION_FILE,
     .argument = "REGIONS",
     .place = FIELD(layout),
     .commands = OCK_FOR_COMPRESS,
     .help = "how numbers lie in the input: auto (looked for, the default), none, or regions"},
    {.name = "seed",
     .type = OCK_OPTION_COUNT,
     .argument = "N",
     .most = UINT32_MAX,
     .place = FIELD(wishes.config.seed),
     .commands = PLANNING,
     .help = "start of the random generator (default 1)"},

    {.name = "files-from",
     .type = OCK_OPTION_FILE,
     .argument = "LIST",
     .place = FIELD(files_from),
     .commands = LISTED,
     .help = "in place of FILE, or of --input: what LIST names, a relative path a line"},
    {.name = "null",
     .letter = '0',
     .type = OCK_OPTION_FLAG,
     .place = FIELD(nul),
     .commands = LISTED,
     .needs = "files-from",
     .help = "the paths in LIST end with NULs, not lines"},
    {.name = "times",
     .type = OCK_OPTION_FLAG,
     .place = FIELD(times),
     .commands = OCK_FOR_COMPRESS,
     .help = "of a directory or list, keep times and permissions too"},
    {.name = "verify",
     .type = OCK_OPTION_FLAG,
     .place = FIELD(verify),
     .commands = OCK_FOR_COMPRESS,
     .help = "decode the result before it is accepted"},

    {.name = "extract",
     .type = OCK_OPTION_NAME,
     .argument = "PATH",
     .place = FIELD(extract),
     .commands = OCK_FOR_DECOMPRESS,
     .help = "of a directory only the file PATH, to -o FILE"},

    {.name = "checkpoint",
     .type = OCK_OPTION_DIRECTORY,
     .argument = "DIR",
     .place = FIELD(checkpoint),
     .commands = RESUMABLE,
     .help = "keep the run's state in DIR, so that it can be resumed"},
    {.name = "checkpoint-every",
     .type = OCK_OPTION_PERIOD,
     .argument = "N[s]",
     .least = 1,
     .most = LONGEST_SECONDS,
     .place = FIELD(every_steps),
     .other_place = FIELD(every_seconds),
     .commands = RESUMABLE,
     .needs = "checkpoint",
     .help = "after every N steps, or N seconds (default 600s)"},
    {.name = "resume",
     .type = OCK_OPTION_FLAG,
     .place = FIELD(resume),
     .commands = RESUMABLE,
     .needs = "checkpoint",
     .help = "go on from the newest good checkpoint, if there is one"},
    {.name = "keep-checkpoints",
     .type = OCK_OPTION_FLAG,
     .place = FIELD(keep_checkpoints),
     .commands = RESUMABLE,
     .needs = "checkpoint",
     .help = "all of them, in the end too: audits can begin anywhere"},
    {.name = "stop-before",
     .type = OCK_OPTION_COUNT,
     .argument = "SECONDS",
     .most = LONGEST_SECONDS,
     .place = FIELD(stop_before),
     .commands = RESUMABLE,
     .needs = "checkpoint",
     .help = "make a checkpoint and exit 75 before this time is over"},

    {.name = "threads",
     .letter = 'T',
     .type = OCK_OPTION_COUNT,
     .argument = "N",
     .most = OCK_MAX_THREADS,
     .place = FIELD(threads),
     .commands = TOGETHER | OCK_FOR_PLAN,
     .help = "work with N threads, in every rank (default 0: on all cores)"},
    {.name = "log",
     .type = OCK_OPTION_FILE,
     .argument = "FILE",
     .place = FIELD(log),
     .commands = TOGETHER,
     .help = "append machine-readable JSON lines to FILE"},
    {.name = "memory-limit",
     .type = OCK_OPTION_SIZE,
     .argument = "SIZE",
     .place = FIELD(memory_limit),
     .given = FIELD(memory_limit_given),
     .commands = TOGETHER,
     .help = "most memory of a rank (default: its share; 0: no limit)"},
    {.name = "deadline",
     .type = OCK_OPTION_COUNT,
     .argument = "SECONDS",
     .most = LONGEST_DEADLINE,
     .place = FIELD(deadline),
     .commands = TOGETHER,
     .help = "end when a rank waits this long (default 600; 0: never)"},

    {.name = "prior",
     .type = OCK_OPTION_FILES,
     .argument = "FILE",
     .most = OCK_MAX_PRIORS,
     .place = FIELD(priors),
     .other_place = FIELD(prior_count),
     .commands = TOGETHER | OCK_FOR_MDL,
     .help = "learn from FILE first; whoever decodes needs it too; repeatable. mdl: a compressed "
             "file of the prior, which says its length"},
    {.name = "prior-known",
     .type = OCK_OPTION_FLAG,
     .place = FIELD(prior_known),
     .commands = OCK_FOR_MDL,
     .help = "the receiver has the priors: they are not counted"},
    {.name = "plot",
     .type = OCK_OPTION_FILE,
     .argument = "FILE.svg",
     .place = FIELD(plot),
     .commands = OCK_FOR_MDL,
     .help = "draw bits per byte along the input (by gnuplot)"},

    {.name = "json",
     .type = OCK_OPTION_FLAG,
     .place = FIELD(json),
     .commands = REPORTING,
     .help = "print JSON"},
    {.name = "files",
     .type = OCK_OPTION_FLAG,
     .place = FIELD(files),
     .commands = OCK_FOR_INFO,
     .help = "list the files of a directory that was compressed"},
    {.name = "ranks",
     .type = OCK_OPTION_COUNT,
     .argument = "N",
     .least = 1,
     .most = MOST_RANKS,
     .place = FIELD(ranks),
     .commands = OCK_FOR_PLAN,
     .help = "on N ranks, of all nodes together (default: one a node)"},
    {.name = "nodes",
     .type = OCK_OPTION_COUNT,
     .argument = "N",
     .least = 1,
     .most = MOST_NODES,
     .place = FIELD(nodes),
     .commands = OCK_FOR_PLAN,
     .help = "on up to N nodes (default 1): a line for 1, 2, 4 ... of them"},
    {.name = "latency",
     .type = OCK_OPTION_DELAY,
     .argument = "TIME[ns|us|ms]",
     .most = LONGEST_LATENCY,
     .place = FIELD(latency),
     .commands = OCK_FOR_PLAN,
     .needs = "nodes",
     .help = "what a message takes between two nodes (default 2us)"},
    {.name = "bandwidth",
     .type = OCK_OPTION_SIZE,
     .argument = "SIZE",
     .least = 1,
     .place = FIELD(bandwidth),
     .commands = OCK_FOR_PLAN,
     .needs = "nodes",
     .help = "bytes a second of a node's link (default 10G)"},

    {.name = "from",
     .type = OCK_OPTION_FILE,
     .argument = "CHECKPOINT",
     .place = FIELD(from),
     .commands = OCK_FOR_REPLAY | OCK_FOR_BISECT,
     .help = "begin with this checkpoint, or one in this directory"},
    {.name = "steps",
     .type = OCK_OPTION_STEPS,
     .argument = "A:B",
     .place = FIELD(first_step),
     .other_place = FIELD(last_step),
     .commands = OCK_FOR_REPLAY,
     .help = "only steps A to B (and on to the next digest)"},
    {.name = "each-step",
     .type = OCK_OPTION_FLAG,
     .place = FIELD(each_step),
     .commands = OCK_FOR_REPLAY,
     .help = "print and log a digest after each of these steps"},
    {.name = "input",
     .type = OCK_OPTION_FILE,
     .argument = "CORPUS",
     .place = FIELD(corpus),
     .commands = OCK_FOR_REPLAY,
     .help = "compress this again, a file or a directory, instead of decoding"},
    {.name = "key",
     .type = OCK_OPTION_FILE,
     .argument = "KEY",
     .place = FIELD(key),
     .commands = OCK_FOR_VERIFY | SIGNING,
     .required = SIGNING,
     .help = "the file of the key"},
    {.name = "full",
     .type = OCK_OPTION_FLAG,
     .place = FIELD(full),
     .commands = OCK_FOR_DOCTOR,
     .help = "functions over all arguments, not every 61st"},
};

const size_t ock_option_count = sizeof ock_option_rows / sizeof ock_option_rows[0];

/* The parser has a bit for each. */
static_assert(sizeof ock_option_rows / sizeof ock_option_rows[0] <= 64, "more options than bits");

/* 0 stands for "none" in ock_option.given. */
static_assert(offsetof(ock_options, command) == 0, "the first field is no bool");

const ock_option *ock_option_by_name(const char *name)
{
    for (size_t i = 0; i < ock_option_count; i++) {
        const ock_option *o = &ock_option_rows[i];
        if (o->name != NULL && strcmp(o->name, name) == 0) {
            return o;
        }
    }
    return NULL;
}

static bool has_letter(const ock_option *o, char letter)
{
    return o->type == OCK_OPTION_LEVEL
               ? letter >= '0' + (char)o->least && letter <= '0' + (char)o->most
               : o->letter != 0 && o->letter == letter;
}

const ock_option *ock_option_by_letter(char letter)
{
    for (size_t i = 0; i < ock_option_count; i++) {
        if (has_letter(&ock_option_rows[i], letter)) {
            return &ock_option_rows[i];
        }
    }
    return NULL;
}

unsigned ock_option_accepted_by(const ock_option *option)
{
    return option->commands | option->passed_over;
}

const char *ock_command_typed(const ock_command_row *row, char *text)
{
    snprintf(text, OCK_OPTION_NAME_BYTES, "%s%s%s", row->name, row->verb != NULL ? " " : "",
             row->verb != NULL ? row->verb : "");
    return text;
}

const char *ock_command_list(unsigned commands, char *text)
{
    char name[OCK_OPTION_NAME_BYTES];
    size_t length = 0;
    if (commands == OCK_FOR_ALL) {
        snprintf(text, OCK_COMMAND_LIST_BYTES, "every command");
        return text;
    }
    text[0] = '\0';
    for (unsigned i = 0; i < OCK_COMMAND_ROWS; i++) {
        if ((commands >> i & 1) == 0) {
            continue;
        }
        const char *before = length == 0 ? "" : commands >> (i + 1) == 0 ? " and " : ", ";
        length += (size_t)snprintf(text + length, OCK_COMMAND_LIST_BYTES - length, "%s%s", before,
                                   ock_command_typed(&ock_command_rows[i], name));
    }
    return text;
}

const char *ock_option_typed(const ock_option *option, char *text)
{
    if (option->type == OCK_OPTION_LEVEL) {
        snprintf(text, OCK_OPTION_NAME_BYTES, "-%u ... -%u", (unsigned)option->least,
                 (unsigned)option->most);
    } else {
        snprintf(text, OCK_OPTION_NAME_BYTES, "--%s", option->name);
    }
    return text;
}
