/* SPDX-License-Identifier: MIT */
/* test_mdl_sign.c - description lengths add up and compare models; signatures hold for the file, the
 * statement and the key they were made with, and for nothing else.
 *
 * Usage: test_mdl_sign PROGRAM ALICE29 [LAUNCHER ...] */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>
#include <sodium.h>

/* ---- mdl ---- */

static json_t *describe(const char *files)
{
    const ock_outcome *result = ock_expect(0, "$OCKHAM mdl --json %s", files);
    json_t *object = json_loads(result->out, 0, NULL);
    assert_non_null(object);
    return object;
}

static json_int_t number(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static json_t *file_of(json_t *object, size_t index)
{
    json_t *file = json_array_get(json_object_get(object, "files"), index);
    assert_non_null(file);
    return file;
}

/* The sums, from the file's real size; the spans cover the input without gap and overlap. */
static void check_sums(json_t *object, size_t index, const char *path, json_int_t input)
{
    struct stat about;
    json_t *file = file_of(object, index), *spans = json_object_get(file, "spans");
    json_int_t program = number(json_object_get(object, "program"), "bits"), at = 0, integral = 0;
    assert_int_equal(stat(ock_path(path), &about), 0);
    assert_int_equal(number(file, "file_bytes"), about.st_size);
    assert_int_equal(number(file, "data_bits"), 8 * (about.st_size - number(file, "extra_bytes")));
    assert_int_equal(number(file, "sum_bits"), number(file, "data_bits") + program);
    assert_int_equal(number(file, "input_bytes"), input);
    for (size_t i = 0; i < json_array_size(spans); i++) {
        json_t *span = json_array_get(spans, i);
        assert_int_equal(number(span, "begin"), at);
        at = number(span, "end");
        integral += number(span, "bits");
        assert_int_equal(number(span, "integral_bits"), integral);
    }
    assert_int_equal(at, input);
    /* All but the container's overhead is the loss. */
    assert_true(integral > 0 && integral < number(file, "data_bits"));
    assert_true(number(file, "data_bits") - integral < 8 * (4096 + about.st_size / 1000));
}

static void test_lengths_add_up(void **state)
{
    (void)state;
    ock_make_alice("in", 140000);
    ock_make_alice("short", 5000);
    ock_expect(0, "$OCKHAM compress -q -1 in && $OCKHAM compress -q -1 short");
    json_t *object = describe("in.ock short.ock");
    json_t *program = json_object_get(object, "program");
    check_sums(object, 0, "in.ock", 140000);
    check_sums(object, 1, "short.ock", 5000);
    assert_int_equal(json_array_size(json_object_get(file_of(object, 0), "spans")), 32);
    assert_int_equal(number(file_of(object, 0), "extra_bytes"),
                     32 * 2 + 32); /* 32 parts of the trace, a digest of the state */
    assert_int_equal(json_array_size(json_object_get(file_of(object, 1), "spans")), 1);
    assert_true(json_is_null(json_object_get(object, "comparison"))); /* of different inputs */
    assert_true(number(program, "source_files") > 100);
    assert_true(number(program, "bits") == 0 || number(program, "bits") > 8 * 50000);
    assert_true(number(program, "bits") < 8 * number(program, "source_bytes"));
    json_decref(object);
    const ock_outcome *text = ock_expect(0, "$OCKHAM mdl in.ock short.ock");
    ock_assert_says(text->out, "not compared");
    text = ock_expect(0, "$OCKHAM mdl - <short.ock");
    ock_assert_says(text->out, "L(program)");
    ock_assert_folder("in in.ock short short.ock");
}

/* A model with twelve contexts and one with a single one: the first wins, in every span. */
static void test_models_are_compared(void **state)
{
    (void)state;
    ock_make_alice("in", 131072);
    ock_expect(0, "$OCKHAM compress -q -1 in -o good.ock && "
                  "$OCKHAM compress -q -1 --set contexts=1 in -o bad.ock");
    json_t *object = describe("bad.ock good.ock");
    json_t *comparison = json_object_get(object, "comparison");
    assert_int_equal(number(comparison, "best"), 1);
    assert_int_equal(json_array_size(json_object_get(comparison, "best_in_span")), 32);
    for (size_t i = 0; i < 32; i++) {
        assert_int_equal(
            json_integer_value(json_array_get(json_object_get(comparison, "best_in_span"), i)), 1);
    }
    json_int_t difference =
        number(file_of(object, 0), "data_bits") - number(file_of(object, 1), "data_bits");
    json_decref(object);
    assert_true(difference > 0);
    char line[96];
    snprintf(line, sizeof line, "  %lld bits less than bad.ock\n", (long long)difference);
    const ock_outcome *text = ock_expect(0, "$OCKHAM mdl bad.ock good.ock");
    ock_assert_says(text->out, "the shortest description is good.ock\n");
    ock_assert_says(text->out, line);
    ock_assert_says(text->out, "best in these spans: bad.ock: none\n");
    ock_assert_says(text->out, "best in these spans: good.ock: 0-4096 4096-8192 8192-12288 ");
}

static void test_mdl_refuses(void **state)
{
    (void)state;
    ock_make_alice("in", 3000);
    ock_expect(0, "$OCKHAM compress $SMALL in");
    ock_expect(1, "$OCKHAM mdl");
    ock_expect(1, "$OCKHAM mdl missing.ock");
    ock_expect(2, "$OCKHAM mdl in.ock in");
    ock_expect(1, "$OCKHAM mdl in.ock --plot in.ock"); /* nothing is replaced */
    const ock_outcome *result =
        ock_expect(1, "mkdir no && ln -s /bin/sh no/sh && PATH=$PWD/no $OCKHAM mdl in.ock "
                      "--plot p.svg; code=$?; rm -r no; exit $code");
    ock_assert_says(result->err, "gnuplot");
    ock_assert_folder("in in.ock");
}

static void test_plot(void **state)
{
    (void)state;
    if (system("command -v gnuplot >/dev/null 2>&1") != 0) {
        ock_skip("no gnuplot here: --plot was not tested");
    }
    ock_make_alice("in", 131072);
    ock_expect(0,
               "$OCKHAM compress -q -1 in -o \"it's.ock\" && $OCKHAM mdl \"it's.ock\" \"it's.ock\" "
               "--plot p.svg");
    size_t bytes;
    char *svg = (char *)ock_load("p.svg", &bytes);
    svg = realloc(svg, bytes + 1);
    assert_non_null(svg);
    svg[bytes] = '\0';
    ock_assert_says(svg, "<svg");
    ock_assert_says(svg, "</svg>");
    ock_assert_says(svg, "it's.ock");
    free(svg);
    ock_expect(1, "$OCKHAM mdl \"it's.ock\" --plot p.svg");
    ock_expect(0, "$OCKHAM mdl \"it's.ock\" --plot p.svg -f");
    ock_expect(0, "$OCKHAM info - <\"it's.ock\" --plot p.svg -f && grep -q '</svg>' p.svg");
    ock_assert_folder("in it's.ock p.svg");
}

/* ---- signatures ---- */

/* audit check, and audit verify with a key. */
static void check(int exit_code, const char *file, const char *key, const char *word)
{
    static const char *const verbs[] = {"check", "verify"};
    for (size_t i = 0; i < 2; i++) {
        const ock_outcome *result =
            ock_expect(exit_code, "$OCKHAM audit %s %s --key %s", verbs[i], file, key);
        size_t length = strlen(word);
        assert_true(result->out_bytes > length);
        assert_memory_equal(result->out + result->out_bytes - length - 1, word, length);
    }
}

static void make_signed(void)
{
    ock_make_alice("in", 3000);
    ock_expect(0, "$OCKHAM compress $SMALL in && $OCKHAM audit keygen --key k && "
                  "$OCKHAM audit sign in.ock --key k");
}

/* The signature is one of Ed25519 over the framed payload, as libsodium itself sees it. */
static void test_envelope_is_as_documented(void **state)
{
    size_t bytes, count;
    const char *type, *payload_text, *signature_text;
    uint8_t public_key[32], payload[16384], signature[64];
    char message[20000];
    (void)state;
    make_signed();
    char *key = (char *)ock_load("k.pub", &bytes);
    assert_int_equal(sodium_hex2bin(public_key, 32, key + bytes - 65, 64, NULL, &count, NULL), 0);
    char *text = (char *)ock_load("in.ock.sig", &bytes);
    json_t *envelope = json_loadb(text, bytes, 0, NULL);
    assert_int_equal(json_unpack(envelope, "{s:s, s:s, s:[{s:s}]}", "payloadType", &type, "payload",
                                 &payload_text, "signatures", "sig", &signature_text),
                     0);
    assert_int_equal(sodium_base642bin(signature, 64, signature_text, strlen(signature_text), NULL,
                                       &count, NULL, sodium_base64_VARIANT_ORIGINAL),
                     0);
    assert_int_equal(sodium_base642bin(payload, sizeof payload, payload_text, strlen(payload_text),
                                       NULL, &count, NULL, sodium_base64_VARIANT_ORIGINAL),
                     0);
    int length = snprintf(message, sizeof message, "DSSEv1 28 %s %zu %.*s", type, count, (int)count,
                          (const char *)payload);
    assert_int_equal(crypto_sign_verify_detached(signature, (const uint8_t *)message,
                                                 (unsigned long long)length, public_key),
                     0);
    json_t *statement = json_loadb((const char *)payload, count, 0, NULL);
    assert_non_null(statement);
    json_decref(statement);
    json_decref(envelope);
    free(text);
    free(key);
}

static void test_signature_holds(void **state)
{
    struct stat about;
    (void)state;
    make_signed();
    check(0, "in.ock", "k.pub", "MATCH");
    assert_int_equal(stat(ock_path("k"), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    ock_expect(0, "mv in.ock.sig first.sig && $OCKHAM audit sign in.ock --key k");
    ock_assert_same("first.sig", "in.ock.sig"); /* no time, no chance in it */
    ock_expect(0, "mv in.ock renamed.ock && mv in.ock.sig renamed.ock.sig");
    check(0, "renamed.ock", "k.pub", "MATCH");
    ock_assert_folder("first.sig in k k.pub renamed.ock renamed.ock.sig");
}

/* Another key, another file, one bit of the file, every part of the envelope. */
static void test_what_was_not_signed(void **state)
{
    static const char *const edits[] = {"s/\"sig\": \"./&A/", "s/\"payload\": \"./&A/",
                                        "s/in-toto/in-tutu/", "s/{/[/", "s/\"payload\"/\"load\"/"};
    (void)state;
    make_signed();
    /* Whatever the umask, the secret key is its owner's alone. */
    ock_expect(
        0, "umask 0; $OCKHAM audit keygen --key other && test \"$(stat -c %%a other)\" = 600 && "
           "test \"$(stat -c %%a other.pub)\" = 666");
    check(2, "in.ock", "other.pub", "MISMATCH");
    ock_expect(0, "$OCKHAM compress $SMALL --seed 2 in -o b.ock && cp in.ock.sig b.ock.sig");
    check(2, "b.ock", "k.pub", "MISMATCH");
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        ock_expect(0,
                   "cp in.ock c.ock && sed '%s' in.ock.sig >c.ock.sig && "
                   "! cmp -s in.ock.sig c.ock.sig",
                   edits[i]);
        check(2, "c.ock", "k.pub", "MISMATCH");
    }
    ock_expect(0, "cp in.ock d.ock && cp in.ock.sig d.ock.sig && printf x >>d.ock");
    check(2, "d.ock", "k.pub", "MISMATCH");
    ock_expect(0, "mv in.ock.sig away");
    check(1, "in.ock", "k.pub", "INCOMPLETE");
}

/* What FILE.sig has signed, as JSON; the caller frees. */
static json_t *signed_statement(const char *name)
{
    size_t bytes, count;
    const char *payload_text;
    uint8_t payload[16384];
    char *text = (char *)ock_load(name, &bytes);
    json_t *envelope = json_loadb(text, bytes, 0, NULL);
    assert_int_equal(json_unpack(envelope, "{s:s}", "payload", &payload_text), 0);
    assert_int_equal(sodium_base642bin(payload, sizeof payload, payload_text, strlen(payload_text),
                                       NULL, &count, NULL, sodium_base64_VARIANT_ORIGINAL),
                     0);
    json_t *statement = json_loadb((const char *)payload, count, 0, NULL);
    assert_non_null(statement);
    json_decref(envelope);
    free(text);
    return statement;
}

/* Signs another statement with the secret key in `k`, as in.ock.sig. */
static void sign_statement(const json_t *statement)
{
    size_t bytes, count;
    uint8_t seed[32], public_key[32], pair[64], signature[64];
    char message[20000], payload_text[20000], signature_text[128];
    char *key = (char *)ock_load("k", &bytes), *payload = json_dumps(statement, JSON_COMPACT);
    assert_non_null(payload);
    assert_int_equal(sodium_hex2bin(seed, 32, key + bytes - 65, 64, NULL, &count, NULL), 0);
    crypto_sign_seed_keypair(public_key, pair, seed);
    const int length = snprintf(message, sizeof message, "DSSEv1 28 %s %zu %s",
                                "application/vnd.in-toto+json", strlen(payload), payload);
    crypto_sign_detached(signature, NULL, (const uint8_t *)message, (size_t)length, pair);
    sodium_bin2base64(payload_text, sizeof payload_text, (const uint8_t *)payload, strlen(payload),
                      sodium_base64_VARIANT_ORIGINAL);
    sodium_bin2base64(signature_text, sizeof signature_text, signature, sizeof signature,
                      sodium_base64_VARIANT_ORIGINAL);
    json_t *envelope =
        json_pack("{s:s, s:s, s:[{s:s}]}", "payloadType", "application/vnd.in-toto+json", "payload",
                  payload_text, "signatures", "sig", signature_text);
    char *text = json_dumps(envelope, 0);
    assert_non_null(text);
    ock_store("in.ock.sig", text, strlen(text));
    json_decref(envelope);
    free(text);
    free(payload);
    free(key);
}

static const char *text_at(json_t *statement, const char *first, const char *second)
{
    const char *text = json_string_value(json_object_get(
        json_object_get(json_object_get(json_object_get(statement, "predicate"), first), "digest"),
        second));
    assert_non_null(text);
    return text;
}

/* The statement has the types and digests that audit_sign.h promises, as other tools compute them. */
static void test_statement_is_as_documented(void **state)
{
    const char *type, *predicate_type, *name, *sha256, *blake2b;
    char line[128];
    (void)state;
    make_signed();
    json_t *statement = signed_statement("in.ock.sig");
    assert_int_equal(json_unpack(statement, "{s:s, s:s, s:[{s:s, s:{s:s, s:s}}]}", "_type", &type,
                                 "predicateType", &predicate_type, "subject", "name", &name,
                                 "digest", "sha256", &sha256, "blake2b_256", &blake2b),
                     0);
    assert_string_equal(type, "https://in-toto.io/Statement/v1");
    assert_string_equal(predicate_type, "urn:ockham:compression:v1");
    assert_string_equal(name, "in.ock");
    snprintf(line, sizeof line, "%s  in.ock\n", sha256);
    assert_string_equal(ock_expect(0, "sha256sum in.ock")->out, line);
    snprintf(line, sizeof line, "%s  in.ock\n", blake2b);
    assert_string_equal(ock_expect(0, "b2sum -l 256 in.ock")->out, line);
    snprintf(line, sizeof line, "%s  in\n", text_at(statement, "input", "blake2b_256"));
    assert_string_equal(ock_expect(0, "b2sum -l 256 in")->out, line);
    assert_int_equal(strlen(text_at(statement, "program", "sha256")), 64);
    json_decref(statement);
}

/* Of a tree with a prior: both are named, as other tools compute them, and neither may be another. */
static void test_statement_names_list_and_priors(void **state)
{
    const char *prior, *list;
    json_t *of[2];
    json_int_t bytes;
    (void)state;
    ock_make_alice("in", 2000);
    ock_expect(
        0,
        "mkdir t && echo a >t/a && cp in t/b && $OCKHAM compress -q $SMALL --prior in t -o in.ock "
        "&& $OCKHAM audit keygen --key k && $OCKHAM audit sign in.ock --key k");
    check(0, "in.ock", "k.pub", "MATCH");
    json_t *statement = signed_statement("in.ock.sig");
    assert_int_equal(json_unpack(statement, "{s:{s:{s:[{s:I, s:o}]}, s:{s:{s:o}}}}", "predicate",
                                 "parameters", "priors", "bytes", &bytes, "digest", &of[0], "input",
                                 "list", "digest", &of[1]),
                     0);
    assert_int_equal(bytes, 2000);
    prior = json_string_value(json_object_get(of[0], "blake2b_256"));
    list = json_string_value(json_object_get(of[1], "blake2b_256"));
    ock_expect(0,
               "echo '%s  in' | b2sum -l 256 -c --status && $OCKHAM audit verify in.ock | "
               "grep -q '^%s list of 2 files'",
               prior, list);
    for (size_t i = 0; i < 2; i++) {
        json_t *kept = json_incref(json_object_get(of[i], "blake2b_256"));
        json_object_set(of[i], "blake2b_256", json_object_get(of[1 - i], "blake2b_256"));
        sign_statement(statement);
        check(2, "in.ock", "k.pub", "MISMATCH");
        json_object_set_new(of[i], "blake2b_256", kept);
    }
    json_decref(statement);
}

/* With a signature that holds: a statement of another type, and any digest that is another or missing. */
static void test_every_digest_counts(void **state)
{
    static const char *const digests[] = {"sha256", "blake2b_256"};
    const char other[] = "0000000000000000000000000000000000000000000000000000000000000000";
    (void)state;
    make_signed();
    json_t *statement = signed_statement("in.ock.sig");
    json_t *subject = json_array_get(json_object_get(statement, "subject"), 0);
    json_t *of_file = json_object_get(subject, "digest");
    sign_statement(statement);
    check(0, "in.ock", "k.pub", "MATCH"); /* the forger is faithful */
    for (size_t i = 0; i < 2; i++) {
        json_t *kept = json_incref(json_object_get(of_file, digests[i]));
        json_object_set_new(of_file, digests[i], json_string(other));
        sign_statement(statement);
        check(2, "in.ock", "k.pub", "MISMATCH");
        json_object_del(of_file, digests[i]);
        sign_statement(statement);
        check(2, "in.ock", "k.pub", "MISMATCH");
        json_object_set_new(of_file, digests[i], kept);
    }
    json_object_set_new(statement, "predicateType", json_string("https://slsa.dev/provenance/v1"));
    sign_statement(statement);
    check(2, "in.ock", "k.pub", "MISMATCH");
    ock_assert_says(ock_expect(2, "$OCKHAM audit check in.ock --key k.pub")->err,
                    "statement has another type");
    json_decref(statement);
}

/* Of a pair both are there, or none. */
static void test_keys_come_in_pairs(void **state)
{
    (void)state;
    ock_expect(0, "mkdir k.pub");
    ock_expect(1, "$OCKHAM audit keygen --key k");
    ock_expect(1, "$OCKHAM audit keygen --key k -f");
    ock_assert_folder("k.pub");
    ock_expect(0, "rmdir k.pub && mkdir k");
    ock_expect(1, "$OCKHAM audit keygen --key k -f");
    ock_assert_folder("k");
    ock_expect(1, "rmdir k && $OCKHAM audit keygen --key none/k");
    ock_assert_folder("");
    ock_expect(0, "$OCKHAM audit keygen --key k && cp k k.old && cp k.pub k.pub.old && mv k k.away "
                  "&& mkdir k");
    ock_expect(1, "$OCKHAM audit keygen --key k -f"); /* the old public key stays */
    ock_assert_same("k.pub", "k.pub.old");
}

/* As ssh has it, and with what to type. A pipe has no rights. */
static void test_secret_keys_are_private(void **state)
{
    static const char *const modes[] = {"640", "604", "620", "602", "610", "444"};
    (void)state;
    make_signed();
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        const ock_outcome *result =
            ock_expect(1, "chmod %s k && $OCKHAM audit sign in.ock --key k -f", modes[i]);
        ock_assert_says(result->err, modes[i]);
        ock_assert_says(result->err, "run chmod 600 k\n");
    }
    ock_expect(0, "chmod 400 k && $OCKHAM audit sign in.ock --key k -f");
    ock_expect(0, "chmod 600 k && $OCKHAM audit sign in.ock --key k -f");
    ock_expect(0, "$OCKHAM audit sign in.ock --key - -f <k && cat k | $OCKHAM audit sign in.ock "
                  "--key /dev/stdin -f");
    ock_expect(0, "chmod 666 k.pub && $OCKHAM audit check in.ock --key k.pub");
}

static void test_sign_refuses(void **state)
{
    (void)state;
    make_signed();
    ock_expect(1, "$OCKHAM audit keygen --key k");
    ock_expect(1, "rm k && $OCKHAM audit keygen --key k"); /* k.pub is there: both or none */
    ock_assert_folder("in in.ock in.ock.sig k.pub");
    ock_expect(0, "$OCKHAM audit keygen --key k -f");
    ock_expect(1, "$OCKHAM audit sign in.ock --key k"); /* in.ock.sig is there */
    ock_expect(0, "$OCKHAM audit sign in.ock --key k -f");
    ock_expect(1, "$OCKHAM audit sign in.ock --key k.pub -f");
    ock_expect(1, "$OCKHAM audit check in.ock --key k");
    ock_expect(2, "$OCKHAM audit sign in --key k");
    ock_expect(1, "$OCKHAM audit sign in.ock");
    ock_expect(1, "$OCKHAM audit doctor --key k");
    ock_assert_folder("in in.ock in.ock.sig k k.pub");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lengths_add_up, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_models_are_compared, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_mdl_refuses, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_plot, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_envelope_is_as_documented, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_signature_holds, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_what_was_not_signed, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_statement_is_as_documented, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_statement_names_list_and_priors, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_every_digest_counts, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_keys_come_in_pairs, ock_folder_new, ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_secret_keys_are_private, ock_folder_new,
                                        ock_folder_remove),
        cmocka_unit_test_setup_teardown(test_sign_refuses, ock_folder_new, ock_folder_remove),
    };
    return ock_run_cases(argc, argv, tests, ock_harness_start, NULL);
}
