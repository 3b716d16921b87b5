#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a test of contamination scores, and says what scores are worth.

    contamination.py make SOURCE DIRECTORY [SEED [CORPUS_BYTES [ITEMS]]]
        DIRECTORY/corpus.txt: parts of SOURCE; DIRECTORY/items.jsonl: ITEMS items of 60 to 400 bytes, half of them from
        the corpus, in six disguises, half from parts of SOURCE that are not in it (with no 13 words in a row that are,
        and nothing of licences, of which a source may have several copies)
    contamination.py filter DIRECTORY WORDS
        the share of each item's n-grams of so many words (lower case, no punctuation) that the corpus has, as a score
    contamination.py rate DIRECTORY SCORES
        SCORES: lines of JSON with "item" (a number, from 1) and "score". Area under the ROC curve, and recall at
        1 % false positives, of each disguise
"""
import json
import random
import re
import sys

KINDS = ["verbatim", "wrapped", "folded", "replaced", "embedded", "reordered"]


def blocks_of(text, size):
    """The text in blocks of about so many characters, cut at ends of lines."""
    blocks, begin = [], 0
    while begin < len(text):
        end = text.find("\n", min(begin + size, len(text)))
        end = len(text) if end < 0 else end + 1
        blocks.append(text[begin:end])
        begin = end
    return blocks


def sentences_of(text):
    return [s for s in re.split(r"(?<=[.!?;])[\s]+", text) if s.strip()]


def passage(rng, text, least, most):
    """Whole words of prose of so many characters, from anywhere in the text."""
    while True:
        length = rng.randint(least, most)
        begin = rng.randrange(len(text) - 2 * most)
        begin = text.find(" ", begin) + 1
        end = text.rfind(" ", begin, begin + length + 1)
        piece = text[begin:end]
        if end > begin and len(piece) >= least and sum(c.isalpha() for c in piece) > 0.7 * len(piece):
            return piece


def several_sentences(rng, text):
    while True:
        begin = rng.randrange(len(text) - 3000)
        parts = sentences_of(text[begin:begin + 2500])[1:-1]
        for count in rng.sample([2, 3, 4], 3):
            for first in range(len(parts) - count):
                chosen = parts[first:first + count]
                if 60 <= len(" ".join(chosen)) <= 400 and min(len(p.split()) for p in chosen) >= 4:
                    return chosen


def disguise(rng, kind, text, other, vocabulary):
    if kind == "reordered":
        parts = several_sentences(rng, text)
        while True:
            mixed = parts[:]
            rng.shuffle(mixed)
            if mixed != parts:
                return " ".join(mixed)
    if kind == "embedded":
        inner = passage(rng, text, 60, 200)
        room = 400 - len(inner)
        before = passage(rng, other, 30, room // 2)
        after = passage(rng, other, 30, room // 2)
        return before + " " + inner + " " + after
    piece = passage(rng, text, 60, 400)
    words = piece.split()
    if kind == "wrapped":
        return "\n".join(" ".join(words[i:i + 8]) for i in range(0, len(words), 8))
    if kind == "folded":
        return " ".join(re.sub(r"[^\w\s]", "", piece.lower()).split())
    if kind == "replaced":
        chosen = rng.sample(range(len(words)), max(1, round(len(words) / 10)))
        for i in chosen:
            words[i] = rng.choice(vocabulary)
        return " ".join(words)
    return piece


def make(source, folder, seed=1, corpus_bytes=4000000, items=400):
    rng = random.Random(seed)
    with open(source, encoding="utf-8", errors="replace", newline="") as f:
        text = f.read().replace("\r\n", "\n")
    blocks = blocks_of(text, 20000)
    rng.shuffle(blocks)
    size, inside = 0, 0
    while inside < len(blocks) and size < corpus_bytes:
        size += len(blocks[inside].encode())
        inside += 1
    corpus, other = "".join(blocks[:inside]), "".join(blocks[inside:])
    if len(other) < 100000:
        sys.exit("contamination.py: %s: too little is left for what is not in the corpus" % source)
    vocabulary = sorted(set(re.findall(r"[a-z]{3,}", other)))
    made = []
    for i in range(items // 2):
        kind = KINDS[i % len(KINDS)]
        made.append((kind, disguise(rng, kind, corpus, other, vocabulary)))
    known = set(grams(corpus, 13))
    while len(made) < items:
        item = disguise(rng, KINDS[len(made) % len(KINDS)], other, other, vocabulary)
        if "gutenberg" not in item.lower() and not any(g in known for g in grams(item, 13)):
            made.append(("none", item))
    rng.shuffle(made)
    with open(folder + "/corpus.txt", "w", encoding="utf-8", newline="") as f:
        f.write(corpus)
    with open(folder + "/items.jsonl", "w", encoding="utf-8") as f:
        for kind, item in made:
            f.write(json.dumps({"kind": kind, "text": item}) + "\n")


def load(folder):
    with open(folder + "/items.jsonl", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def grams(text, words):
    list_ = re.sub(r"[^\w\s]", "", text.lower()).split()
    return [tuple(list_[i:i + words]) for i in range(len(list_) - words + 1)]


def filter_(folder, words):
    with open(folder + "/corpus.txt", encoding="utf-8", newline="") as f:
        known = set(grams(f.read(), words))
    for number, item in enumerate(load(folder), 1):
        own = grams(item["text"], words)
        score = sum(g in known for g in own) / len(own) if own else 0.0
        print(json.dumps({"item": number, "score": score}))


def area(planted, others):
    won = sum((p > o) + 0.5 * (p == o) for p in planted for o in others)
    return won / (len(planted) * len(others))


def rate(folder, scores):
    with open(scores, encoding="utf-8") as f:
        score = {s["item"]: s["score"] for s in map(json.loads, f)}
    by = {}
    for number, item in enumerate(load(folder), 1):
        by.setdefault(item["kind"], []).append(score[number])
    others = sorted(by["none"], reverse=True)
    threshold = others[len(others) // 100]  # 1 % of them lie above it
    for kind in KINDS:
        recall = sum(s > threshold for s in by[kind]) / len(by[kind])
        print("%-10s area %.4f recall %.3f (%d)" % (kind, area(by[kind], others), recall, len(by[kind])))
    print("threshold %.4f" % threshold)


if __name__ == "__main__":
    command, arguments = sys.argv[1:2], sys.argv[2:]
    if command == ["make"]:
        make(*arguments[:2], *map(int, arguments[2:]))
    elif command == ["filter"]:
        filter_(arguments[0], int(arguments[1]))
    elif command == ["rate"]:
        rate(*arguments)
    else:
        sys.exit(__doc__)
