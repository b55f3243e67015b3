/*
 * The quiz: which hole will the policy take? A step happens unseen: as soon as it has lent a block of a heap, the picture
 * goes back to the moment before it, and the class chooses among the holes of that moment. The answer is the event, so
 * any policy can be asked about.
 *
 *   asked: the past is shown at `before`, and nothing has happened since the step
 */
#include "kernel/kernel.h"
#include "mm/past.h"
#include "mm/policy.h"
#include "viz/chain.h"
#include "viz/viz.h"

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

static const struct space *asker(void) {
    return space_at(past_moment(), event_at(question.answer)->pid);
}

/* ---- the choices: the holes in order, and that the heap grows ---- */

static bool hole_at(const struct heap *heap, vaddr_t address, struct tile_view *tile) {
    return heap_tile(past_moment(), heap, address, tile) && tile->state == TILE_HOLE;
}

static vaddr_t next_choice(const struct heap *heap, vaddr_t from) {
    struct region range = heap_range(past_moment(), heap);
    struct tile_view tile;
    vaddr_t at = from;
    if (at == range.end)
        return at;
    while (heap_tile(past_moment(), heap, at, &tile) && (at = tile.at.end) != range.end)
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
    return from;
}

static void show_choice(void) {
    const struct space *space = asker();
    struct tile_view tile;
    struct subject subject = {SUBJECT_NOTHING, space->pid, {question.choice, question.choice + 1}, 0};
    const struct event *e = event_at(question.answer);
    char choice[48] = "none fits, the heap grows";
    if (hole_at(&space->heap, question.choice, &tile)) {
        subject.kind = SUBJECT_HEAP;
        format_text(choice, sizeof choice, "%08X, %'u B", (unsigned)tile.at.start,
                    (unsigned)region_size(tile.at));
    }
    viz_inspect(&subject);
    format_text(text, sizeof text, "%s: malloc(%" PRIu32 "), %s: which hole?  \x1B %s \x1A  Enter",
                space->name, e->arg[0], space->heap.config.policy->title, choice);
}

/* ---- asking ---- */

/* The heap's malloc among the steps since the last look, or NULL. */
static const struct event *new_malloc(void) {
    const struct event *found = NULL;
    seen = seen + 1 < events_oldest() ? events_oldest() - 1 : seen;
    while (!found && seen + 1 < events.next) {
        const struct event *e = event_at(++seen);
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

static void tell(bool right) {
    const struct event *e = event_at(question.answer);
    const struct policy *policy = space_at(NOW, e->pid) ? space_at(NOW, e->pid)->heap.config.policy : NULL;
    char place[48];
    asked++;
    correct += right;
    format_text(place, sizeof place, question.grows ? "no hole fitted, the heap grew" : "the hole at %08X",
                (unsigned)e->was.start);
    format_text(text, sizeof text, "%s: %s: %s.  Score: %" PRIu32 " of %" PRIu32, right ? "Right" : "No",
                policy ? policy->title : "it", place, correct, asked);
}

static void reveal(void) {
    const struct event *e = event_at(question.answer);
    vaddr_t end = heap_range(question.before, &asker()->heap).end;
    bool right = question.grows ? question.choice == end : question.choice == e->was.start;
    struct subject block = {SUBJECT_HEAP, e->pid, e->at, 0};
    tell(right);
    question.open = false;
    past_close();
    viz_inspect(&block);
}

bool quiz_press(int key) {
    if (!question.open)
        return false;
    const struct heap *heap = &asker()->heap;
    if (key == '\n')
        reveal();
    else if (key == KEY_LEFT || key == KEY_RIGHT)
        question.choice = (key == KEY_LEFT ? previous_choice : next_choice)(heap, question.choice);
    else
        return false;
    if (question.open)
        show_choice();
    return true;
}

void quiz_work(void) {
    if (!on)
        return;
    if (question.open && past_moment() != question.before) { /* somebody went elsewhere: not answered */
        question.open = false;
        *text = 0;
    }
    if (past_moment() != NOW)
        return;
    const struct event *e = new_malloc();
    seen = e ? events.next - 1 : seen;
    if (e)
        ask(e);
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
        copy_text(text, "Quiz: the next step asks before it shows what happened", sizeof text);
    }
    return NULL;
}

static const struct verb verb_quiz = {
    "quiz", "quiz [on|off]",
    "Asks of each malloc which hole it will take, before it is shown; tells the score.", quiz_verb};
TABLE_ENTRY(verbs, const struct verb, verb_quiz);
