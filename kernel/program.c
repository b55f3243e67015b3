/*
 * Programs: the boot modules whose name ends in .elf, by name.
 */
#include "kernel/kernel.h"

struct program programs[MODULES_MOST];
uint32_t program_count;

/* The module's name: the first word of its string, without folders and without .elf. False when it is no
 * program's. */
static bool module_name(const char *string, char name[NAME_BYTES]) {
    static const char ending[] = ".elf";
    uint32_t start = 0, end = 0;
    for (; string[end] && string[end] != ' '; end++)
        if (string[end] == '/')
            start = end + 1;
    uint32_t length = end - start;
    if (length <= sizeof ending - 1 || !starts_with(string + end - (sizeof ending - 1), ending))
        return false;
    length -= sizeof ending - 1;
    copy_text(name, string + start, length < NAME_BYTES ? length + 1 : NAME_BYTES);
    return true;
}

void programs_init(void) {
    for (uint32_t i = 0; i < boot_info.modules; i++) {
        struct program *program = &programs[program_count];
        if (!module_name(boot_info.module[i].string, program->name))
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
    const struct process *process = process_find(pid);
    return process ? elf_function(process->program->file, address, offset) : NULL;
}

static const char *list(struct command *command) {
    for (uint32_t i = 0; i < program_count; i++)
        reply(command, "program=%s description=%s", programs[i].name, programs[i].description);
    return NULL;
}

static const struct verb verb_programs = {"programs", "programs", "Lists the programs there are.",
                                          0,          0,          list};
TABLE_ENTRY(verbs, const struct verb, verb_programs);
