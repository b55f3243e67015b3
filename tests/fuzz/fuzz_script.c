/*
 * Fuzzes the checking of lectures and the completing of commands: whatever stands in the file, nothing outside it is read, and
 * a label that is found lies inside it.
 */
#include "kernel/script.h"
#include "kernel/usage.h"
#include "tests/fuzz/input.h"

static const char *nothing(struct command *command) {
    (void)command;
    return NULL;
}

static const struct verb verb_label = {"label", "label LABEL", "A place.", nothing};
static const struct verb verb_goto = {"goto", "goto LABEL", "Goes there.", nothing};
static const struct verb verb_dump = {"dump", "dump a | b N [c|d] | [e [VERB] | f] [TEXT]",
                                      "All of the grammar.", nothing};
TABLE_ENTRY(verbs, const struct verb, verb_label);
TABLE_ENTRY(verbs, const struct verb, verb_goto);
TABLE_ENTRY(verbs, const struct verb, verb_dump);

static void count(void *context, uint32_t line, const char *what) {
    must(line && *what);
    ++*(uint32_t *)context;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    struct script script = {(const char *)data, (uint32_t)length};
    struct place place = {0, 1};
    struct completion completion;
    char line[COMMAND_BYTES];
    const char *wrong;
    uint32_t told = 0;
    must(script_check(&script, count, &told) == told);
    while (script_read(&script, &place, line, &wrong)) {
        must(text_length(line) < COMMAND_BYTES);
        command_complete(line, &completion);
        must(text_length(completion.word) < COMPLETION_WORD &&
             text_length(completion.list) < COMPLETION_LIST);
        must(!completion.count || completion.begun <= text_length(completion.word));
    }
    return 0;
}
