/*
 * The index of kernel/: the machine, its processes, and what they may ask for. One group a file, in the order
 * of a boot. mm/, viz/, the border to programs (abi.h), commands (command.h, usage.h, text.h) and the processor (machine.h)
 * have headers of their own.
 *
 * The kernel is not preemptible. Programs, system calls and faults run with interrupts off in the kernel;
 * whatever takes longer (painting, commands, giving back what an ended process held) is work of the kernel
 * thread, which runs with interrupts on. Interrupt handlers touch nothing but their own ring or counter and
 * ask for the kernel thread with kernel_wanted.
 */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include "kernel/abi.h"
#include "kernel/command.h"
#include "kernel/machine.h"
#include "kernel/text.h"
#include "mm/events.h"
#include "mm/memman.h"
#include "mm/space.h"

/* ---- log.c ---- */

/* One line of the log on the serial port, marked "# " so that nobody takes it for an answer. Not from
 * interrupt handlers. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- string.c: what compilers expect ---- */

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);
char *strchr(const char *text, int c);
/* ---- bootinfo.c: what the boot loader said, copied before memory is handed out ---- */

#define MODULES_MOST 64
#define MODULE_BYTES 128

struct module {
    struct region file; /* physical */
    char string[MODULE_BYTES];
};

struct boot_info {
    struct boot_map map;
    paddr_t ram_end;        /* of the last usable piece */
    paddr_t taken;          /* ends the kernel's image and the modules behind it */
    uint32_t modules, more; /* more: that found no room here */
    struct module module[MODULES_MOST];
    char line[COMMAND_BYTES]; /* the kernel's command line */
};
extern struct boot_info boot_info;

/* Panics when it was not a Multiboot 1 loader or when it named no memory. */
void boot_info_read(uint32_t magic, paddr_t block);

/* The value of WORD=VALUE on the command line, or NULL. */
const char *boot_option(const char *word);

/* Logs the words of the command line that nothing asks for. */
void boot_options_check(void);

/* ---- memory.c: the kernel's half of every space. Boot image, RAM window, kernel stacks, one page for frames
 * above the window ---- */

#define KERNEL_STACKS      0xF0000000u
#define KERNEL_STACK_SPAN  0x4000u /* one stack with the unmapped pages below it */
#define KERNEL_STACK_BYTES 0x2000u
#define KERNEL_STACKS_MOST 1023u /* the last place is the frame page's */

/* Builds paging_kernel, loads it, and lets memman divide what is left. */
void memory_init(void);

/* Loads a directory, when it is not loaded already. */
void memory_load(paddr_t directory);
paddr_t memory_loaded(void);

/* The frame at `frame`, wherever it lies; valid until the next call. */
void *memory_frame(paddr_t frame);

/* A kernel stack lent by P on behalf of the process in `slot`: its number, or E_NOMEM, E_LIMIT. */
int kernel_stack_new(uint8_t slot);
void kernel_stack_delete(int number);
uint32_t kernel_stack_top(int number);

/* ---- segments.c ---- */

extern struct tss tss_main;   /* esp0: where a trap from ring 3 puts its frame */
extern struct tss tss_double; /* runs double_fault on a stack of its own */
void segments_init(void);

/* ---- traps.c, traps.asm ---- */

#define IRQ_BASE 0x20
enum irq { IRQ_TIMER = 0, IRQ_KEYBOARD = 1, IRQ_SERIAL = 4, IRQ_MOUSE = 12, IRQS = 16 };

void traps_init(void); /* interrupt table and 8259s, all lines masked */
void irq_enable(enum irq line, void (*handler)(void));

/* "page fault", "divide error", … */
const char *trap_name(uint32_t vector);

/* ---- fault.c: a program's fault ends that program alone ---- */

void fault(struct registers *frame);

/* ---- clock.c: 250 interrupts a second for the scheduler; time itself is the time stamp counter's ---- */

void clock_init(void);
#define SECOND_US 1000000u
uint64_t clock_us(void); /* since clock_init */
uint32_t clock_ms(void);

/* ---- serial.c: COM1 ---- */

void serial_init(void);
/* Puts a text into the transmit ring; what a stuck line cannot take within 100 ms is dropped and counted. */
void serial_write(const char *text, uint32_t size);
/* The same for an answer, with a hundred times the patience. From the first byte on that is lost all of the answer is,
 * until serial_answered has said so. */
void serial_answer(const char *text, uint32_t size);
/* Is the last answer over? As soon as the line takes something again, one that lost its end gets another: an error that says
 * how much it was. Before that no command is worth carrying out. */
bool serial_answered(void);
/* Waits, bounded, until the last byte has left the chip. */
void serial_flush(void);
/* The next byte of input, or -1. */
int serial_read(void);
/* Bytes lost since the last call. */
uint32_t serial_lost_input(void);
uint32_t serial_lost_output(void);

/* ---- keyboard.c: PS/2, scan code set 1, US layout ---- */

void keyboard_init(void);
/* The next key: a character (Ctrl-A is 1), enum key of viz/viz.h, or 0. */
int keyboard_read(void);

/* To the mouse, through the keyboard's controller. */
void keyboard_to_mouse(uint8_t byte);

/* ---- mouse.c: PS/2 ---- */

/* Asks it to report; nothing waits for an answer, so one that is late or absent costs nothing. After keyboard_init. */
void mouse_init(void);
/* A byte of it came; interrupts off. */
void mouse_byte(uint8_t byte);
/* Work of the kernel thread: hands what it did to viz_mouse. True when its button went down. */
bool mouse_work(void);

/* ---- power.c ---- */

_Noreturn void power_off(void);
_Noreturn void halt(void);

/* ---- panic.c, symbols.c: the kernel's own end, readable ---- */

/* The frame is what the processor held, or NULL; cr2 counts for page and double faults. */
_Noreturn void panic(const struct registers *frame, uint32_t cr2, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
_Noreturn void double_fault(void); /* the task behind vector 8 */

/* The kernel function an address lies in, and the offset in it; "?" when it lies in none. */
const char *symbol_name(uint32_t address, uint32_t *offset);

/* ---- thread.c, switch.asm: who runs ---- */

struct queue {
    struct thread *first, *last;
};

/* Lives in user bytes charged to its process. It is the current one, or in one queue, or over. */
struct thread {
    uint32_t *esp; /* kernel stack while it does not run */
    uint32_t stack_top;
    paddr_t directory;
    struct actor actor;      /* what events say of it; caller and step are 0 between system calls */
    struct process *process; /* NULL: the kernel thread */
    struct queue *queue;
    struct thread *next, *prev;
    uint32_t wake; /* sleeping: when */
    int kernel_stack;
    uint32_t name; /* as thread_create returned it: no other of the process has it; name % STACKS == number */
    uint8_t number; /* of its user stack too */
    bool over;      /* ended, its memory not yet given back */
};

extern struct thread *current;
extern struct thread kernel_thread;
extern volatile bool kernel_wanted; /* the kernel thread has work: it is next */

void queue_remove(struct thread *thread); /* from the one it is in, if any */

/* All that follows but thread_new, thread_ready and thread_delete is for system calls and traps, interrupts
 * off. */
void thread_yield(void);
void thread_wait(struct queue *queue); /* until somebody wakes it */
void thread_sleep(uint32_t ms);
_Noreturn void thread_end(void); /* leaves the current thread for ever */
void thread_tick(void);          /* the timer came while a program ran */
void thread_irq(void);           /* an interrupt came while a program ran */
void thread_ready(struct thread *thread);
/* Sleeps until a time; may run; ran when the kernel thread took over. */
bool thread_sleeps(const struct thread *thread);
bool thread_is_ready(const struct thread *thread);
bool thread_ran(const struct thread *thread);
void thread_wake_all(struct queue *queue);
void thread_wake_sleepers(void);
/* The kernel thread has nothing to do: runs programs until it is wanted again. False when none can run. */
bool thread_run_programs(void);

/*
 * A thread of a process that has its user stack `number`; ready to run at `eip` with user stack pointer
 * `esp`. NULL when there is no memory.
 */
struct thread *thread_new(struct process *process, uint8_t number, uint32_t eip, uint32_t esp);
/* Gives back kernel stack and block. Not of the current one. */
void thread_delete(struct thread *thread);

/* ---- process.c: lives and deaths ---- */

#define CHILDREN_MOST 64 /* living and ended but not waited for */
#define OUTPUT_BYTES  120

struct process {
    uint16_t pid, parent; /* parent 0: the kernel, which waits for nobody */
    uint8_t threads;
    bool ending;
    int32_t status;
    enum exit_reason reason;
    struct space *space; /* NULL: ended, waits for its parent's wait */
    struct thread *thread[STACKS];
    uint32_t born; /* threads so far */
    const struct program *program;
    struct process *ended; /* children that ended, by `next` */
    struct process *next;
    struct queue joiners, waiters;
    uint32_t calls;   /* steps made */
    uint32_t written; /* of `output`, the line it is printing */
    char output[OUTPUT_BYTES];
};
extern struct process *processes[SPACES]; /* by slot */

/* What a program is started under; it keeps that for life. */
struct terms {
    const struct regime *regime;
    const struct policy *policy; /* of its heap */
    bool guard;                  /* its blocks carry guards */
};

/*
 * Starts a program: `line` is its name and words. The pid; or an enum error, and *reason says it in words
 * (valid until the next call).
 */
int process_spawn(const char *line, uint16_t parent, const struct terms *terms, const char **reason);
/* What a living process runs under: its children do too. */
struct terms process_terms(const struct process *process);
struct process *process_find(uint16_t pid);
/* By a command's word, pid or name of its program (of several the youngest), or NULL. */
struct process *process_named(const char *word);
/* Marks its end; threads stop at once, and the kernel thread gives everything back. Returns for another
 * process than the current one. */
void process_end(struct process *process, int32_t status, enum exit_reason reason);
/* The current thread's end, and with the last one its process's. */
_Noreturn void process_thread_exit(void);
int process_thread_create(uint32_t entry, uint32_t argument, uint32_t start); /* its name, or an error */
int process_join(uint32_t name);
int process_wait(uint16_t pid, int32_t *status);
/* Text that it prints: to the log, line by line. */
void process_write(struct process *process, const char *text, uint32_t size);
/* What viz shows of it (struct viz_world). */
struct viz_process;
bool process_look(uint16_t pid, struct viz_process *out);
bool process_look_ended(uint32_t index, struct viz_process *out);
/* Work of the kernel thread: gives back what ended threads and processes held. */
void process_reap(void);

/* ---- program.c, elf.c: boot modules as programs ---- */

struct program {
    char name[NAME_BYTES];
    struct region file;      /* physical */
    const char *description; /* the line in section .program, or "" */
};
/* The name of a module whose string says NAME and the ending, in any folder, as much of it as goes into `name`; false when it
 * has another ending. */
bool module_name(const char *string, const char *ending, char *name, uint32_t bytes);
extern struct program programs[MODULES_MOST];
extern uint32_t program_count;

void programs_init(void);
const struct program *program_find(const char *name);
/* The function of a process's program that an address lies in, or NULL. */
const char *program_function(uint16_t pid, uint32_t address, uint32_t *offset);

#define SEGMENTS_MOST 8

/* A file that has been read and found good. */
struct elf {
    const uint8_t *file;
    uint32_t entry, count;
    struct elf_segment {
        struct region memory;  /* linear */
        uint32_t offset, size; /* in the file; the rest of memory is zero */
        bool writable;
    } segment[SEGMENTS_MOST];
};

/* NULL, or what is wrong with the file in words. Reads nothing outside the file. */
const char *elf_read(struct region file, struct elf *elf);
/* The text in section .program, or "". */
const char *elf_description(struct region file);
/* The function symbol an address lies in, or NULL. */
const char *elf_function(struct region file, uint32_t address, uint32_t *offset);

/* ---- syscall.c ---- */

typedef uint32_t (*syscall_handler)(const struct registers *frame);
extern const syscall_handler syscall_table[SYSCALLS];
extern const uint32_t syscall_count;

/* ---- conductor.c: the pace of programs ---- */

/* Nobody has to wait before a heap or _4k call, and no race runs: calls need not come to the gate at all. */
extern bool conductor_open;
/* A program stands before such a call: returns when it may happen. */
void conductor_gate(void);
/* A tempo or race_living has changed: whoever need not wait any more goes on. */
void conductor_settle(void);
/* Work of the kernel thread: lets pass who is due. */
void conductor_work(void);
bool conductor_due(void);
/* Steps a second while they are not paused; 0: as fast as they can. */
uint32_t conductor_rate(void);
bool conductor_held(void);
/* No program may run: held, or the past is shown. */
bool conductor_still(void);
bool conductor_running(void);
/* Stops all programs; steps that were asked for and not made yet are forgotten. */
void conductor_stop(void);
const char *conductor_pace(void);
/* For the title: the chosen process's pace; "step 2": so many steps were asked for, and nobody has come to them yet. */
const char *conductor_pace_shown(void);
/* All programs run, so many steps a second, 0: as fast as they can; of the present. */
void conductor_run(uint32_t rate);
/* A process is gone: steps that were asked for end with the last that could make them. */
void conductor_ended(void);
/* A process's own pace, valid until the next call; NULL: it goes with all. */
const char *conductor_pace_of(uint16_t pid);
/* Does the thread stand at the gate? */
bool conductor_stops(const struct thread *thread);

#define PACE_MOST 1000u /* steps a second */

/* ---- caption.c ---- */

/* Number n is captions[n % CAPTIONS_KEPT]; read from outside. */
#define CAPTIONS_KEPT 64
struct caption {
    char text[CAPTION_LETTERS + 1]; /* "": what stood there has been taken away */
    uint32_t number;                /* 0: none yet */
    uint32_t seq; /* its event; 0: it was said of the past that was shown, and belongs to no moment */
    uint64_t us;  /* when */
    uint16_t pid; /* who said it; 0: the lecturer */
};
extern struct caption captions[CAPTIONS_KEPT];

/* OK, or E_INVAL, and the log says why. */
int caption_of_program(const struct process *process, const char *text);
/* What a program said ends, when that process has ended; with `all` in any case. */
void caption_end(bool all);
void caption_clear(void);
/* The caption of the moment that is shown, or NULL; its number is another one for each. */
const char *caption_shown(uint32_t *number);

/* ---- terms.c ---- */

/* What programs that commands start run under. */
extern struct terms terms_now;
void terms_init(void);

/* ---- race.c: one program in several lanes, step for step ---- */

struct race;                 /* viz/race.h */
extern uint32_t race_living; /* lanes that have not ended; 0: no race runs */
/* While a race runs, instead of conductor_gate: `request` stands for what the program asks for, so that lanes can be
 * compared. */
void race_gate(uint32_t request);
void race_step_over(void);
/* A process has begun: a child of a lane counts for it. */
void race_begun(const struct process *process);
/* Is it a lane of the race, or a child of one? */
bool race_has(const struct process *process);
/* A process is about to give everything back; it has. */
void race_ended(const struct process *process);
void race_gone(uint16_t pid);
/* Does the process lead the race at the event `seq`? True for whoever is in none. */
bool race_leads(uint16_t pid, uint32_t seq);
const struct race *race_shown(void); /* NULL: there has been none */

/* ---- audit.c: the audit in the background ---- */

/* Work of the kernel thread: a slice of a millisecond at most, when one is due. */
void audit_work(void);
bool audit_due(void);
/* Fills in what the last round found, and when. */
struct viz_status;
void audit_tell(struct viz_status *status);

/* ---- lecture.c: lectures from boot modules, and the show of a machine left alone ---- */

/* Finds and checks them; what is wrong is logged and shown. After programs_init. */
void lectures_init(void);
/* Work of the kernel thread: carries out what is due. */
void lecture_work(void);
bool lecture_due(void);
/* A key, before anybody else: true when the lecture used it. */
bool lecture_press(int key);
/* What the lecture that plays waits for, in words, or NULL. */
const char *lecture_hint(void);
/* The index-th lecture, for the launcher. False behind the last. */
struct viz_choice;
bool lecture_choice(uint32_t index, struct viz_choice *choice);

/* ---- rewind.c: which moment is shown; mm/past.h's past_moment tells ---- */

/* Steps from the moment that is shown to the present. */
uint32_t rewind_steps(void);
/* The event after which the picture stands. */
uint32_t rewind_event(void);
/* The process of that moment by a command's word, its pid or name (of several the youngest), or NULL. */
const struct space *process_shown(const char *word);

/* Shows the moment right after event `seq`, and stops all programs. NULL, or why it cannot. */
const char *rewind_show(uint32_t seq);

/* ---- quiz.c: which hole will it take? ---- */

/* A key while a question stands: true when it was used. */
bool quiz_press(int key);
/* Work of the kernel thread: asks, when a step has lent a block. */
void quiz_work(void);
/* The question, or the answer to the last one; NULL: no quiz. */
const char *quiz_text(void);

/* ---- marks.c: moments with names ---- */

/* The mark that is compared with what is shown, and its name; NOW: none, or one that the ring does not reach any more, else
 * the name is NULL. */
moment_t mark_compared(const char **name);

/* ---- frame.c, console.c: the kernel thread and its work ---- */

void frame_init(void);
/* Paints one picture now. */
void frame_paint(void);
/* Paints one without glow, and compares every cell of the screen with what it stands for (viz_check). */
uint32_t frame_check(void (*report)(void *context, int row, int column, uint16_t shown, uint16_t meant),
                     void *context);
/* Is it time for the next? */
bool frame_due(void);
/* Is the screen painted at all? */
bool frame_painting(void);
/* Pictures painted since boot. */
uint32_t frame_count(void);
/* Reads serial lines and keys, and carries them out. */
void console_work(void);
/* Carries a command out whose answer is for the screen. */
void console_command(const char *line);
/* Shows a message nobody asked for. */
void console_message(const char *text, bool wrong);
/* Has there been a key or a byte on the serial line since the boot? */
bool console_touched(void);
/* What the prompt shows; NULL: nothing. */
const struct viz_prompt *console_prompt(void);
/* The kernel thread, for ever: commands, ended processes, the pace, the picture, and programs in between. */
_Noreturn void kernel_work(void);

#endif
