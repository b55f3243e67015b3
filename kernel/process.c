/*
 * Processes: lives and deaths. A process ends in two steps: process_end marks it, from whatever system call,
 * fault or command; then the kernel thread, which runs before any program does again, gives everything back
 * (process_reap).
 */
#include "kernel/kernel.h"
#include "mm/paging.h"
#include "mm/regime.h"
#include "mm/world.h"
#include "viz/viz.h"

struct process *processes[SPACES];
static bool reap_wanted;

struct process *process_find(uint16_t pid) {
    for (int i = 0; i < SPACES; i++)
        if (processes[i] && processes[i]->pid == pid)
            return processes[i];
    return NULL;
}

struct process *process_named(const char *word) {
    uint32_t pid;
    struct process *youngest = NULL;
    if (command_number(word, &pid))
        return pid <= 0xFFFF ? process_find((uint16_t)pid) : NULL;
    for (int i = 0; i < SPACES; i++)
        if (processes[i] && same_text(processes[i]->program->name, word) &&
            (!youngest || processes[i]->pid > youngest->pid))
            youngest = processes[i];
    return youngest;
}

static bool pid_taken(uint16_t pid) {
    if (!pid || process_find(pid))
        return true;
    for (int i = 0; i < SPACES; i++)
        for (const struct process *p = processes[i] ? processes[i]->ended : NULL; p; p = p->next)
            if (p->pid == pid)
                return true;
    return false;
}

static uint16_t new_pid(void) {
    static uint16_t last;
    do
        last++;
    while (pid_taken(last));
    return last;
}

/* Living children, and those that ended and are not waited for. */
static uint32_t children(uint16_t pid, bool living_only) {
    uint32_t count = 0;
    const struct process *parent = process_find(pid);
    for (int i = 0; i < SPACES; i++)
        count += processes[i] && processes[i]->parent == pid;
    for (const struct process *p = parent && !living_only ? parent->ended : NULL; p; p = p->next)
        count++;
    return count;
}

static void process_free(struct process *process) {
    memman_free(ZONE_K, (paddr_t)((uint8_t *)process - WINDOW));
}

/* ---- birth ---- */

/* Writes into mapped pages of a space that need not be loaded, read-only ones too. */
static void poke(const struct space *space, vaddr_t to, const void *from, uint32_t size) {
    const uint8_t *bytes = from;
    while (size) {
        uint32_t offset = to & PAGE_MASK;
        uint32_t part = size < PAGE_SIZE - offset ? size : PAGE_SIZE - offset;
        uint8_t *frame = memory_frame(paging_entry(NOW, space, to - offset) & PG_FRAME);
        memcpy(frame + offset, bytes, part);
        to += part, bytes += part, size -= part;
    }
}

static bool load_image(struct space *space, const struct elf *elf) {
    space->image = elf->segment[0].memory;
    for (uint32_t i = 0; i < elf->count; i++) {
        const struct elf_segment *s = &elf->segment[i];
        struct region pages = {round_down(s->memory.start, PAGE_SIZE), round_up(s->memory.end, PAGE_SIZE)};
        if (space_map(space, pages, OWNER_IMAGE, s->writable) != OK)
            return false;
        poke(space, s->memory.start, elf->file + s->offset, s->size);
        if (s->memory.start < space->image.start)
            space->image.start = s->memory.start;
        if (s->memory.end > space->image.end)
            space->image.end = s->memory.end;
    }
    return true;
}

/* The words of the line, their addresses before them, in the arguments page. The number of words; -1 without
 * memory. */
static int load_arguments(struct space *space, const char *line) {
    struct {
        uint32_t argv[COMMAND_WORDS + 1];
        char text[COMMAND_BYTES];
    } page = {{0}, {0}};
    if (space_map(space, (struct region){USER_ARGUMENTS, KERNEL_BASE}, OWNER_IMAGE, true) != OK)
        return -1;
    copy_text(page.text, line, sizeof page.text);
    int count = 0;
    bool between = true;
    for (char *c = page.text; *c; c++) {
        if (*c == ' ') {
            *c = 0;
            between = true;
        } else if (between && count < COMMAND_WORDS) {
            page.argv[count++] = USER_ARGUMENTS + (uint32_t)((uint8_t *)c - (uint8_t *)&page);
            between = false;
        }
    }
    poke(space, USER_ARGUMENTS, &page, sizeof page);
    return count;
}

/* A thread that begins at `eip` with two words on its new stack. Its number, or an enum error. */
static int start_thread(struct process *process, uint32_t eip, uint32_t first, uint32_t second) {
    int number = space_stack_new(process->space);
    if (number < 0)
        return number;
    const uint32_t words[] = {first, second};
    vaddr_t esp = space_stack(number).end - sizeof words;
    poke(process->space, esp, words, sizeof words);
    if (thread_new(process, (uint8_t)number, eip, esp))
        return number;
    space_stack_delete(process->space, number);
    return E_NOMEM;
}

static int fill_space(struct process *process, const struct elf *elf, const char *line) {
    if (!load_image(process->space, elf))
        return E_NOMEM;
    int count = load_arguments(process->space, line);
    return count < 0 ? E_NOMEM : start_thread(process, elf->entry, (uint32_t)count, USER_ARGUMENTS);
}

static int refuse(int error, const char **reason, const char *name, const char *why) {
    static char text[LINE_BYTES];
    format_text(text, sizeof text, "%s: %s", name, why ? why : error_text(error));
    *reason = text;
    return error;
}

struct terms process_terms(const struct process *process) {
    const struct space *space = process->space;
    return (struct terms){space->regime, space->heap.config.policy, space->guard};
}

int process_spawn(const char *line, uint16_t parent, const struct terms *terms, const char **reason) {
    char name[NAME_BYTES];
    while (*line == ' ')
        line++;
    const char *space_after = strchr(line, ' ');
    uint32_t length = space_after ? (uint32_t)(space_after - line) : strlen(line);
    copy_text(name, line, length < NAME_BYTES ? length + 1 : NAME_BYTES);

    struct elf elf;
    const struct program *program = program_find(name);
    const char *wrong = program ? elf_read(program->file, &elf) : NULL;
    if (!program)
        return refuse(E_NOENT, reason, name, "there is no such program; \"programs\" lists those there are");
    if (wrong)
        return refuse(E_INVAL, reason, name, wrong);
    if (parent && children(parent, false) >= CHILDREN_MOST)
        return refuse(E_LIMIT, reason, name, "its parent has too many children");

    paddr_t memory = memman_alloc(ZONE_K, sizeof(struct process), OWNER_KBYTE, NO_SLOT);
    if (!memory)
        return refuse(E_NOMEM, reason, name, NULL);
    struct process *process = phys(memory);
    *process = (struct process){.pid = new_pid(), .parent = parent, .program = program};
    process->space = space_new(process->pid, name, terms->regime, terms->policy, terms->guard);
    if (!process->space) {
        process_free(process);
        return space_slot() == NO_SLOT
                   ? refuse(E_LIMIT, reason, name, "there are as many processes as there can be")
                   : refuse(E_NOMEM, reason, name, NULL);
    }
    struct actor before = actor;
    actor = (struct actor){.pid = process->pid, .slot = process->space->slot};
    int done = fill_space(process, &elf, line);
    if (done >= 0) {
        processes[process->space->slot] = process;
        struct event *e = event_emit(EV_SPAWN, OWNER_KBYTE, (struct region){0, 0}, (struct region){0, 0});
        e->arg[0] = parent;
    }
    actor = before;
    if (done >= 0) {
        caption_end(false);
        race_begun(process);
        return process->pid;
    }
    space_delete(process->space);
    process_free(process);
    return refuse(E_NOMEM, reason, name, NULL);
}

int process_thread_create(uint32_t entry, uint32_t argument, uint32_t start) {
    int number = start_thread(current->process, start, entry, argument);
    if (number < 0)
        return number;
    struct event *e = event_emit(EV_THREAD, OWNER_UBYTE, (struct region){0, 0}, (struct region){0, 0});
    e->arg[0] = (uint32_t)number;
    return (int)current->process->thread[number]->name;
}

/* ---- death ---- */

void process_end(struct process *process, int32_t status, enum exit_reason why) {
    if (!process->ending) {
        process->ending = true;
        process->status = status;
        process->reason = why;
        struct event *e = event_emit(EV_EXIT, OWNER_KBYTE, (struct region){0, 0}, (struct region){0, 0});
        e->pid = process->pid;
        e->slot = process->space->slot;
        e->arg[0] = (uint32_t)status;
        e->arg[1] = why;
        e->arg[2] = regime_number(process->space->regime);
    }
    reap_wanted = kernel_wanted = true;
    if (current->process == process)
        thread_end();
}

_Noreturn void process_thread_exit(void) {
    if (current->process->threads == 1)
        process_end(current->process, 0, EXIT_BY_ITSELF);
    reap_wanted = true;
    thread_end();
}

/* Hands the exit status to a parent that may wait for it. */
static void bury(struct process *process) {
    struct process *parent = process->parent ? process_find(process->parent) : NULL;
    if (!parent || parent->ending) {
        process_free(process);
        return;
    }
    process->next = parent->ended;
    parent->ended = process;
    thread_wake_all(&parent->waiters);
}

static void finish(struct process *process) {
    if (process->written)
        process_write(process, "\n", 1);
    for (int i = 0; i < SPACES; i++)
        if (processes[i] && processes[i]->parent == process->pid)
            processes[i]->parent = 0;
    while (process->ended) {
        struct process *child = process->ended;
        process->ended = child->next;
        process_free(child);
    }
    race_ended(process);
    processes[process->space->slot] = NULL;
    space_delete(process->space);
    process->space = NULL;
    uint16_t pid = process->pid;
    bury(process);
    race_gone(pid);
    conductor_ended();
}

static void reap(struct process *process) {
    struct actor before = actor;
    actor = (struct actor){.pid = process->pid, .slot = process->space->slot};
    for (int i = 0; i < STACKS; i++) {
        struct thread *thread = process->thread[i];
        if (!thread || !(thread->over || process->ending))
            continue;
        thread_delete(thread);
        space_stack_delete(process->space, i);
        thread_wake_all(&process->joiners);
    }
    if (process->ending)
        finish(process);
    actor = before;
}

void process_reap(void) {
    if (!reap_wanted)
        return;
    reap_wanted = false;
    for (int i = 0; i < SPACES; i++)
        if (processes[i])
            reap(processes[i]);
}

/* ---- waiting ---- */

static bool has_thread(const struct process *process, uint32_t name) {
    const struct thread *thread = process->thread[name % STACKS];
    return thread && thread->name == name;
}

int process_join(uint32_t name) {
    struct process *process = current->process;
    if (!has_thread(process, name) || name == current->name)
        return E_NOENT;
    while (has_thread(process, name))
        thread_wait(&process->joiners);
    return OK;
}

int process_wait(uint16_t pid, int32_t *status) {
    struct process *process = current->process;
    for (;;) {
        for (struct process **p = &process->ended; *p; p = &(*p)->next) {
            struct process *child = *p;
            if (pid && child->pid != pid)
                continue;
            uint16_t ended = child->pid;
            *status = child->status;
            *p = child->next;
            process_free(child);
            return ended;
        }
        const struct process *living = pid ? process_find(pid) : NULL;
        if (pid ? !living || living->parent != process->pid : !children(process->pid, true))
            return E_NOENT;
        thread_wait(&process->waiters);
    }
}

/* ---- what it prints ---- */

void process_write(struct process *process, const char *text, uint32_t size) {
    for (; size; text++, size--) {
        bool end = *text == '\n' || process->written == OUTPUT_BYTES;
        if (end) {
            log_line("%s[%d]: %.*s", process->program->name, process->pid, (int)process->written,
                     process->output);
            process->written = 0;
        }
        if (*text != '\n')
            process->output[process->written++] = *text >= ' ' && *text < 0x7F ? *text : '?';
    }
}

/* ---- what viz shows ---- */

static enum process_state thread_state(const struct thread *thread) {
    return thread_is_ready(thread)   ? thread_ran(thread) ? PROCESS_RUNS : PROCESS_READY
           : conductor_stops(thread) ? PROCESS_AT_GATE
           : thread_sleeps(thread)   ? PROCESS_SLEEPS
                                     : PROCESS_WAITS;
}

bool process_look(uint16_t pid, struct viz_process *out) {
    const struct process *process = process_find(pid);
    if (!process)
        return false;
    enum process_state state = PROCESS_ENDED;
    for (int i = 0; i < STACKS && !process->ending; i++) {
        enum process_state its = process->thread[i] ? thread_state(process->thread[i]) : PROCESS_ENDED;
        state = its < state ? its : state;
    }
    *out = (struct viz_process){.pid = pid,
                                .name = process->program->name,
                                .state = state,
                                .pace = conductor_pace_of(pid),
                                .threads = process->threads,
                                .steps = process->calls,
                                .status = process->status};
    return true;
}

bool process_look_ended(uint32_t index, struct viz_process *out) {
    for (int i = 0; i < SPACES; i++)
        for (const struct process *p = processes[i] ? processes[i]->ended : NULL; p; p = p->next)
            if (!index--) {
                *out = (struct viz_process){.pid = p->pid,
                                            .name = p->program->name,
                                            .state = PROCESS_ENDED,
                                            .steps = p->calls,
                                            .status = p->status};
                return true;
            }
    return false;
}

/* ---- commands ---- */

static const char *run(struct command *command) {
    const char *reason = NULL;
    int pid = process_spawn(command->rest, 0, &terms_now, &reason);
    if (pid >= 0)
        reply(command, "pid=%d", pid);
    return reason;
}

static const char *kill(struct command *command) {
    bool all = same_text(command->words[1], "all");
    for (int i = 0; all && i < SPACES; i++)
        if (processes[i])
            process_end(processes[i], EXIT_KILLED, EXIT_BY_KILL);
    if (all)
        caption_end(true);
    else
        process_end(process_named(command->words[1]), EXIT_KILLED, EXIT_BY_KILL);
    process_reap();
    return NULL;
}

static const struct verb verb_run = {"run", "run PROGRAM [WORDS]", "Starts a program.", run};
static const struct verb verb_kill = {"kill", "kill PID | all",
                                      "Ends a process, or all; everything it held comes back.", kill};
TABLE_ENTRY(verbs, const struct verb, verb_run);
TABLE_ENTRY(verbs, const struct verb, verb_kill);
