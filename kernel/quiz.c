/*
 * The quiz: which hole will the policy take? A step happens unseen: as soon as it has lent a block of a heap, the picture
 * goes back to the moment before it, and the class chooses among the holes of that moment. The answer is the event, so
 * any policy can be asked about.
 *
 *   open: the past is shown at `before`, and nothing has happened since the step (still_open sees to it)
 */
#include "kernel/kernel.h"
#include "mm/past.h"
#include "mm/policy.h"
#include "viz/cursor.h"
#include "viz/viz.h"
#include "viz/words.h"

enum { TEXT_BYTES = 96 };

static bool on;
static uint32_t seen;           /* the newest event looked at */
static uint32_t asked, correct; /* questions answered, and rightly */
static struct {
    bool open;
    uint32_t before, answer; /* events: the last before the step, and its malloc */
    bool grows;              /* no hole fitted, the heap grew */
    vaddr_t choice;          /* start of the chosen hole, or the heap's end: it grows */
} question;
static char text[TEXT_BYTES];

static const char waits[] = "Quiz: the next malloc of a healed heap asks which hole it takes";

static const struct space *asker(void) {
    return space_at(past_moment(), event_at(question.answer)->pid);
}

/* Is there a question? A command may have gone elsewhere since it was asked: then it is not answered. */
static bool still_open(void) {
    if (question.open && past_moment() == question.before && asker())
        return true;
    if (question.open)
        copy_text(text, waits, sizeof text);
    question.open = false;
    return false;
}

/* ---- the choices: the holes in order, and that the heap grows ---- */

static bool hole_at(const struct heap *heap, vaddr_t address, struct tile_view *tile) {
    return heap_tile(past_moment(), heap, address, tile) && tile->state == TILE_HOLE;
}

/* The hole behind, the heap's end behind the last one; behind that the first one again. */
static vaddr_t next_choice(const struct heap *heap, vaddr_t from) {
    struct region range = heap_range(past_moment(), heap);
    struct tile_view tile;
    vaddr_t at = from == range.end ? range.start : from;
    if (from == range.end && hole_at(heap, at, &tile))
        return at;
    while (at != range.end && heap_tile(past_moment(), heap, at, &tile) && (at = tile.at.end) != range.end)
        if (hole_at(heap, at, &tile))
            break;
    return at;
}

static vaddr_t previous_choice(const struct heap *heap, vaddr_t from) {
    struct region range = heap_range(past_moment(), heap);
    struct tile_view tile;
    for (vaddr_t at = from; at != range.start && heap_tile(past_moment(), heap, at - 1, &tile);
         at = tile.at.start)
        if (tile.state == TILE_HOLE)
            return tile.at.start;
    return range.end;
}

/* The hole that the cursor is on becomes the choice. False: it is on none, or on the one that was chosen. */
static bool take_cursor(void) {
    struct subject subject = cursor_subject();
    const struct space *space = asker();
    struct tile_view tile;
    if (!cursor_on() || subject.kind != SUBJECT_HEAP || subject.pid != space->pid ||
        !hole_at(&space->heap, subject.at.start, &tile) || tile.at.start == question.choice)
        return false;
    question.choice = tile.at.start;
    return true;
}

static void put_question(void) {
    const struct space *space = asker();
    struct tile_view tile;
    const struct event *e = event_at(question.answer);
    char choice[48] = "none fits, the heap grows";
    if (hole_at(&space->heap, question.choice, &tile))
        format_text(choice, sizeof choice, "%08X, %'u B", (unsigned)tile.at.start,
                    (unsigned)region_size(tile.at));
    format_text(text, sizeof text, "malloc(%" PRIu32 "), %s: which hole?  \x1B %s \x1A  Enter", e->arg[0],
                space->heap.config.policy->title, choice);
}

static void show_choice(void) {
    const struct space *space = asker();
    struct tile_view tile;
    struct subject subject = {SUBJECT_NOTHING, space->pid, {question.choice, question.choice + 1}, 0};
    if (hole_at(&space->heap, question.choice, &tile))
        subject.kind = SUBJECT_HEAP;
    viz_inspect(&subject);
    put_question();
}

/* ---- asking ---- */

/* The first heap's malloc among the steps since the last look, or NULL; *steps: whether there were any. */
static const struct event *new_malloc(bool *steps) {
    const struct event *found = NULL;
    seen = seen + 1 < events_oldest() ? events_oldest() - 1 : seen;
    while (!found && seen + 1 < events.next) {
        const struct event *e = event_at(++seen);
        *steps |= e->step != 0;
        found = e->kind == EV_MALLOC && e->owner == OWNER_HEAP && e->step ? e : NULL;
    }
    return found;
}

static void ask(const struct event *e) {
    const struct event *first = e, *before;
    question.answer = e->seq;
    question.grows = false;
    while ((before = event_at(first->seq - 1)) && before->step == e->step) {
        first = before;
        question.grows |= first->kind == EV_RANGE && first->owner == OWNER_HEAP;
    }
    question.before = first->seq - 1;
    question.open = rewind_show(question.before) == NULL;
    const struct space *space = question.open ? asker() : NULL;
    question.open = space != NULL;
    if (!question.open)
        return;
    viz_select(space->pid);
    struct tile_view tile;
    vaddr_t start = heap_range(question.before, &space->heap).start;
    question.choice = hole_at(&space->heap, start, &tile) ? start : next_choice(&space->heap, start);
    show_choice();
}

/* "Best fit passed 7 holes and took the smallest that fits, 800 B." behind what stands in the text; shorter where the row
 * is too short for it: the explanation of the step counts the holes too. */
static void tell_why(const struct event *e) {
    const struct policy *policy = NULL;
    TABLE_EACH(policies, const struct policy, p)
    policy = (*p)->code == e->policy ? *p : policy;
    uint32_t passed = e->arg[1];
    char title[24], holes[32], took[64];
    copy_text(title, policy ? policy->title : "it", sizeof title);
    title[0] -= 'a' - 'A';
    format_text(holes, sizeof holes, "passed %" PRIu32 " hole%s and ", passed, plural(passed));
    if (question.grows)
        copy_text(took, "found none that fits: the heap grew.", sizeof took);
    else
        format_text(took, sizeof took, "took %s, %'u B.", policy ? policy->takes : "the one",
                    (unsigned)region_size(e->was));
    append_text(text, sizeof text, "%s ", title);
    if (passed && text_length(text) + text_length(holes) + text_length(took) <= SCREEN_COLUMNS)
        append_text(text, sizeof text, "%s", holes);
    append_text(text, sizeof text, "%s", took);
}

/* Back to the present, where the explanation of the step stands. */
static void close_question(void) {
    static const struct subject nothing = {.kind = SUBJECT_NOTHING};
    question.open = false;
    past_close();
    viz_inspect(&nothing);
}

static void reveal(void) {
    const struct event *e = event_at(question.answer);
    vaddr_t end = heap_range(question.before, &asker()->heap).end;
    bool right = question.grows ? question.choice == end : question.choice == e->was.start;
    asked++;
    correct += right;
    format_text(text, sizeof text, "%s, %" PRIu32 " of %" PRIu32 ". ", right ? "Right" : "No", correct,
                asked);
    tell_why(e);
    close_question();
}

static void give_up(void) {
    copy_text(text, "The answer: ", sizeof text);
    tell_why(event_at(question.answer));
    close_question();
}

bool quiz_press(int key) {
    if (!still_open())
        return false;
    const struct heap *heap = &asker()->heap;
    take_cursor();
    switch (key) {
    case '\n': reveal(); return true;
    case '\033': give_up(); return true;
    case KEY_LEFT: question.choice = previous_choice(heap, question.choice); break;
    case KEY_RIGHT: question.choice = next_choice(heap, question.choice); break;
    default: return false;
    }
    show_choice();
    return true;
}

void quiz_work(void) {
    bool steps = false;
    if (!on)
        return;
    if (still_open()) {
        if (take_cursor())
            put_question();
        return;
    }
    if (past_moment() != NOW)
        return;
    const struct event *e = new_malloc(&steps);
    seen = e ? events.next - 1 : seen;
    if (e)
        ask(e);
    else if (steps)
        copy_text(text, waits, sizeof text);
}

const char *quiz_text(void) {
    return on && *text ? text : NULL;
}

/* ---- the command ---- */

static const char *quiz_verb(struct command *command) {
    if (command->count == 1) {
        reply(command, "quiz=%s correct=%" PRIu32 " asked=%" PRIu32, on ? "on" : "off", correct, asked);
        return NULL;
    }
    on = same_text(command->words[1], "on");
    question.open = false;
    past_close();
    if (on) {
        conductor_stop();
        asked = correct = 0;
        seen = events.next - 1;
        copy_text(text, waits, sizeof text);
    }
    return NULL;
}

static const struct verb verb_quiz = {
    "quiz", "quiz [on|off]",
    "Asks of each malloc which hole it will take, before it is shown; tells the score.", quiz_verb};
TABLE_ENTRY(verbs, const struct verb, verb_quiz);
