/*
 * Lectures: boot modules whose name ends in .txt, checked as a whole when they are loaded and played by the kernel
 * thread, a command after the other, in the machine's own time. One plays at most. Left alone after the boot, the
 * machine plays the one called "phantom" as a show, in which nobody has to press a key.
 */
#include "kernel/kernel.h"
#include "kernel/script.h"
#include "kernel/usage.h"
#include "mm/world.h"
#include "viz/viz.h"

enum { LECTURE_NAME = 32, DESCRIPTION_BYTES = 80, LINES_A_ROUND = 16 };
#define IDLE_US      10000000u /* alone for so long: the show begins */
#define SHOW_WAIT_US 12000000u /* in the show no wait takes longer */
#define MOST_SECONDS 3600u
#define DAY_US       (24ull * 3600 * 1000000)

static struct lecture {
    char name[LECTURE_NAME];
    char description[DESCRIPTION_BYTES];
    char mistake[LINE_BYTES]; /* the first, with file and line; "": none */
    struct script script;
} lectures[MODULES_MOST];
static uint32_t lecture_count;

static struct {
    const struct lecture *lecture; /* NULL: none plays */
    struct place place;            /* the next line */
    bool show;
    bool performing; /* one of its commands is being carried out */
    enum { GOES_ON, WAITS_KEY, WAITS_TIME, WAITS_EVENT } wait;
    uint64_t until; /* microseconds; the wait's end at the latest */
    uint32_t seen;  /* events from here on count for WAITS_EVENT */
    uint8_t kind;
    uint16_t pid;       /* 0: whoever's */
    struct terms terms; /* before it began, and the pace */
    uint32_t rate;
} play;

static bool idle_show; /* the machine may start the show */
static uint64_t idle_from;

/* ---- Which there are ---- */

static struct lecture *lecture_find(const char *name) {
    for (uint32_t i = 0; i < lecture_count; i++)
        if (same_text(lectures[i].name, name))
            return &lectures[i];
    return NULL;
}

bool lecture_choice(uint32_t index, struct viz_choice *choice) {
    if (index >= lecture_count)
        return false;
    const struct lecture *l = &lectures[index];
    *choice = (struct viz_choice){"lecture", l->name, l->description, l->mistake[0] ? l->mistake : NULL};
    return true;
}

static void report(void *context, uint32_t line, const char *what) {
    struct lecture *lecture = context;
    char text[LINE_BYTES];
    format_text(text, sizeof text, "%s.txt:%" PRIu32 ": %s", lecture->name, line, what);
    log_line("lecture: %s", text);
    if (!lecture->mistake[0])
        copy_text(lecture->mistake, text, sizeof lecture->mistake);
}

/* The file's name, and its title, which the launcher and the boot menu show. */
static void check_file(struct lecture *lecture) {
    char what[LINE_BYTES];
    if (text_length(lecture->name) + 1 == LECTURE_NAME) {
        format_text(what, sizeof what, "expected a file name of at most %d letters", LECTURE_NAME - 2);
        report(lecture, 1, what);
    }
    if (lecture_find(lecture->name) != lecture)
        report(lecture, 1, "there is another lecture of that name, which hides this one");
    if (text_length(lecture->description) + 1 == DESCRIPTION_BYTES) {
        format_text(what, sizeof what, "expected a title, the first comment, of at most %d letters",
                    DESCRIPTION_BYTES - 2);
        report(lecture, 1, what);
    }
}

void lectures_init(void) {
    const char *idle = boot_option("idle");
    idle_show = !idle || !same_text(idle, "off");
    for (uint32_t i = 0; i < boot_info.modules; i++) {
        struct region file = boot_info.module[i].file;
        struct lecture *lecture = &lectures[lecture_count];
        if (!module_name(boot_info.module[i].string, ".txt", lecture->name, sizeof lecture->name))
            continue;
        lecture->script = (struct script){phys(file.start), region_size(file)};
        script_description(&lecture->script, lecture->description, DESCRIPTION_BYTES);
        lecture_count++;
    }
    for (uint32_t i = 0; i < lecture_count; i++) {
        check_file(&lectures[i]);
        script_check(&lectures[i].script, report, &lectures[i]);
        if (lectures[i].mistake[0])
            console_message(lectures[i].mistake, true);
    }
    if (boot_info.more) {
        char text[LINE_BYTES];
        format_text(text, sizeof text,
                    "%" PRIu32 " programs or lectures too many: only the first %d are here", boot_info.more,
                    MODULES_MOST);
        log_line("lecture: %s", text);
        console_message(text, true);
    }
}

/* ---- Playing ---- */

/* What is running, after a show: somebody has just come. */
static void tell_running(void) {
    char text[LINE_BYTES];
    const char *and = "";
    format_text(text, sizeof text, "The show has ended. ");
    for (int i = 0; i < SPACES; i++) {
        if (!processes[i])
            continue;
        append_text(text, sizeof text, "%s%s", and, processes[i]->program->name);
        and = ", ";
    }
    append_text(text, sizeof text,
                *and? " runs on; F8 starts something else." : "Nothing runs; F8 starts something.");
    console_message(text, false);
}

static void stop(void) {
    bool show = play.lecture && play.show;
    play.lecture = NULL;
    idle_from = clock_us();
    if (!show)
        return;
    caption_clear();
    terms_now = play.terms;
    conductor_run(play.rate);
    tell_running();
}

static void start(const struct lecture *lecture, bool show) {
    play.terms = terms_now;
    play.rate = conductor_rate();
    play.lecture = lecture;
    play.place = (struct place){0, 1};
    play.show = show;
    play.wait = GOES_ON;
    play.until = 0;
    log_line("lecture: %s begins", lecture->name);
}

static void wait_for(int what, uint64_t us) {
    play.wait = what;
    play.until = clock_us() + (play.show && us > SHOW_WAIT_US ? SHOW_WAIT_US : us);
}

/* Has the event come? */
static bool happened(void) {
    uint32_t missed = 0;
    for (const struct event *e; (e = event_next(&play.seen, &missed));)
        if (e->kind == play.kind && (!play.pid || e->pid == play.pid))
            return true;
    return false;
}

static bool waiting(void) {
    if (play.wait == GOES_ON || clock_us() >= play.until)
        return false;
    return play.wait != WAITS_EVENT || !happened();
}

/* Of a line's answer only a failure is worth a word. */
static void line_answer(void *context, const char *text) {
    (void)context;
    char what[LINE_BYTES];
    if (!starts_with(text, "error: "))
        return;
    format_text(what, sizeof what, "%s.txt:%" PRIu32 ": %s", play.lecture ? play.lecture->name : "",
                play.place.line - 1, text + sizeof "error: " - 1);
    log_line("lecture: %s", what);
    console_message(what, true);
}

static void perform(void) {
    static const struct outlet outlet = {line_answer, NULL};
    char line[COMMAND_BYTES];
    const char *wrong;
    play.wait = GOES_ON;
    if (!script_read(&play.lecture->script, &play.place, line, &wrong)) {
        log_line("lecture: %s is over", play.lecture->name);
        play.show = false; /* it leaves the machine as it wants it */
        stop();
        return;
    }
    if (!script_command(line))
        return;
    if (!starts_with(line, "wait"))
        play.seen = events.next; /* what the command causes, a wait behind it sees */
    play.performing = true;
    command_line(line, &outlet);
    play.performing = false;
}

static void show_work(void) {
    const struct lecture *phantom = lecture_find("phantom");
    if (play.lecture && play.show && console_touched())
        stop();
    if (!play.lecture && idle_show && !console_touched() && clock_us() - idle_from >= IDLE_US && phantom &&
        !phantom->mistake[0])
        start(phantom, true);
}

void lecture_work(void) {
    show_work();
    for (uint32_t i = 0; i < LINES_A_ROUND && play.lecture && !waiting(); i++)
        perform();
}

bool lecture_due(void) {
    return play.lecture && (play.wait == GOES_ON || play.wait == WAITS_EVENT || clock_us() >= play.until);
}

bool lecture_press(int key) {
    if (!play.lecture)
        return false;
    if (play.show || key == '\033') {
        stop();
        return key == '\033';
    }
    if (play.wait != WAITS_KEY || key == ':')
        return false;
    play.wait = GOES_ON;
    return true;
}

const char *lecture_hint(void) {
    static char hint[80];
    if (!play.lecture)
        return NULL;
    if (play.show)
        return "This runs by itself. Any key takes over.";
    if (play.wait == WAITS_KEY)
        return "Press a key to go on. Esc ends the lecture.";
    if (play.wait != WAITS_EVENT)
        return NULL;
    format_text(hint, sizeof hint, "Waits for an event: %s. Esc ends the lecture.", event_names[play.kind]);
    return hint;
}

/* ---- commands ---- */

static const char *lecture_verb(struct command *command) {
    if (command->count == 1) {
        for (const struct lecture *l = lectures; l < lectures + lecture_count; l++)
            reply(command, "lecture=%s description=%s%s%s", l->name, l->description,
                  l->mistake[0] ? " mistake=" : "", l->mistake);
        return NULL;
    }
    if (same_text(command->words[1], "stop")) {
        stop();
        return NULL;
    }
    const struct lecture *lecture = lecture_find(command->words[1]);
    if (lecture->mistake[0])
        return lecture->mistake;
    start(lecture, false);
    return NULL;
}

static const char not_here[] = "expected in a lecture; \"lecture\" lists those there are";

/* "0.5": seconds with at most three digits behind the point, as milliseconds. */
static bool seconds(const char *word, uint32_t *ms) {
    uint32_t digits = 0, value = 0;
    bool point = false, any = false;
    for (; *word; word++) {
        if (*word == '.' && !point) {
            point = true;
            continue;
        }
        if (*word < '0' || *word > '9' || digits == 3 || value > MOST_SECONDS * 1000)
            return false;
        value = value * 10 + (uint32_t)(*word - '0');
        digits += point;
        any = true;
    }
    for (; digits < 3; digits++)
        value = value > MOST_SECONDS * 1000 ? value : value * 10;
    *ms = value;
    return any && value <= MOST_SECONDS * 1000;
}

static const char *wait_event(const struct command *command) {
    for (uint32_t kind = 1; kind < EV_KINDS; kind++)
        if (same_text(event_names[kind], command->words[2]))
            play.kind = (uint8_t)kind;
    const struct process *process = command->count > 3 ? process_named(command->words[3]) : NULL;
    play.pid = process ? process->pid : 0;
    if (process || command->count == 3) /* what has ended is not waited for */
        wait_for(WAITS_EVENT, DAY_US);
    return NULL;
}

static const char *wait_verb(struct command *command) {
    uint32_t ms;
    if (!play.performing)
        return not_here;
    if (same_text(command->words[1], "event"))
        return wait_event(command);
    if (same_text(command->words[1], "key"))
        wait_for(WAITS_KEY, DAY_US);
    else if (seconds(command->words[1], &ms))
        wait_for(WAITS_TIME, (uint64_t)ms * 1000);
    return NULL;
}

static const char *label_verb(struct command *command) {
    (void)command;
    return play.performing ? NULL : not_here;
}

static const char *goto_verb(struct command *command) {
    if (!play.performing)
        return not_here;
    script_find(&play.lecture->script, "label", command->words[1], &play.place);
    return NULL;
}

static const struct verb verb_lecture = {"lecture", "lecture [LECTURE | stop]",
                                         "Lists the lectures, plays one, or ends the one that plays.",
                                         lecture_verb};
static const struct verb verb_wait = {
    "wait", "wait key | SECONDS | event KIND [PROGRAM]",
    "In a lecture: waits for a key, some seconds, or an event, of any process or of a program while it runs.",
    wait_verb};
static const struct verb verb_label = {"label", "label LABEL", "In a lecture: a place where goto leads.",
                                       label_verb};
static const struct verb verb_goto = {"goto", "goto LABEL", "In a lecture: goes on behind a label.",
                                      goto_verb};
TABLE_ENTRY(verbs, const struct verb, verb_lecture);
TABLE_ENTRY(verbs, const struct verb, verb_wait);
TABLE_ENTRY(verbs, const struct verb, verb_label);
TABLE_ENTRY(verbs, const struct verb, verb_goto);

static const char *lecture_word(uint32_t index) {
    return index < lecture_count ? lectures[index].name : NULL;
}

static bool is_seconds(const char *word) {
    uint32_t ms;
    return seconds(word, &ms);
}

static bool is_label(const char *word) {
    return *word;
}

static const struct vocabulary words_label = {.name = "LABEL", .title = "a label's name", .fits = is_label};
TABLE_ENTRY(vocabularies, const struct vocabulary, words_label);
static const struct vocabulary words_lecture = {
    .name = "LECTURE", .title = "a lecture", .word = lecture_word};
static const struct vocabulary words_seconds = {
    .name = "SECONDS", .title = "0 to 3600 seconds", .fits = is_seconds};
TABLE_ENTRY(vocabularies, const struct vocabulary, words_lecture);
TABLE_ENTRY(vocabularies, const struct vocabulary, words_seconds);
