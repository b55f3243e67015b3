/*
 * Programs: the boot modules whose name ends in .elf, by name.
 */
#include "kernel/kernel.h"

struct program programs[MODULES_MOST];
uint32_t program_count;

bool module_name(const char *string, const char *ending, char *name, uint32_t bytes) {
    uint32_t start = 0, end = 0, more = text_length(ending);
    for (; string[end] && string[end] != ' '; end++)
        if (string[end] == '/')
            start = end + 1;
    uint32_t length = end - start;
    if (length <= more || !starts_with(string + end - more, ending))
        return false;
    length -= more;
    copy_text(name, string + start, length < bytes ? length + 1 : bytes);
    return true;
}

void programs_init(void) {
    for (uint32_t i = 0; i < boot_info.modules; i++) {
        struct program *program = &programs[program_count];
        if (!module_name(boot_info.module[i].string, ".elf", program->name, sizeof program->name))
            continue;
        if (program_find(program->name)) {
            log_line("there are two programs called %s; the first stays", program->name);
            continue;
        }
        program->file = boot_info.module[i].file;
        program->description = elf_description(program->file);
        program_count++;
    }
}

const struct program *program_find(const char *name) {
    for (uint32_t i = 0; i < program_count; i++)
        if (same_text(programs[i].name, name))
            return &programs[i];
    return NULL;
}

const char *program_function(uint16_t pid, uint32_t address, uint32_t *offset) {
    const struct program *program = program_find(space_name(pid));
    return program ? elf_function(program->file, address, offset) : NULL;
}

static const char *list(struct command *command) {
    for (uint32_t i = 0; i < program_count; i++)
        reply(command, "program=%s description=%s", programs[i].name, programs[i].description);
    return NULL;
}

static const struct verb verb_programs = {"programs", "programs", "Lists the programs there are.", list};
TABLE_ENTRY(verbs, const struct verb, verb_programs);
