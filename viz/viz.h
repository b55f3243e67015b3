/*
 * viz: paints who owns which memory. It reads events (where to look again) and walks (what stands there),
 * writes its own memory and the screen, and nothing else. The kernel calls it from deferred work; the host
 * tests call it on a machine made by hand.
 */
#ifndef VIZ_VIZ_H
#define VIZ_VIZ_H

#include "mm/types.h"

/* A long answer: as many lines as there are rows for, from the line `first` on. */
struct viz_panel {
    const char *title;
    const char *const *lines;
    uint32_t count, first;
    uint32_t rows; /* set by the painter: how many there are room for */
};

/* What stands over the keys of the bottom row, and over the body. */
struct viz_prompt {
    bool open;               /* a command is being typed; else `text` is a message */
    bool wrong;              /* the message is an error */
    const char *text;        /* NULL: the keys stand there */
    uint32_t cursor;         /* in the text, while it is typed */
    const char *aside;       /* behind it: what may come next; or NULL */
    struct viz_panel *panel; /* or NULL; painted instead of the view */
};

/* What the kernel knows and mm/ does not; filled anew for each frame. */
struct viz_status {
    uint32_t now;       /* milliseconds since boot */
    const char *regime; /* name of the current regime */
    const char *pace;   /* "max", "16/s", "paused", "hold" */
    bool running;       /* programs may run */
    uint32_t share;     /* viz's share of the processor in the last second, in tenths of a percent */
    uint32_t audit_differences;
    const char *difference;  /* where the first is, for one row; NULL: none. It takes the row of the legend */
    uint32_t audit_age;      /* milliseconds since the last audit came round; ~0: never yet */
    uint32_t missed;         /* events no reader saw */
    bool missed_lately;      /* some of them in the last seconds */
    uint32_t phantoms;       /* effects that sutured withheld */
    bool glow;               /* what just changed may glow */
    moment_t moment;         /* NOW, or the past that is shown */
    uint32_t steps_back;     /* from there to the present */
    moment_t since;          /* a mark that is compared with what is shown, or NOW: none */
    const char *mark;        /* its name, also of one that the ring does not reach any more; NULL: none */
    const char *question;    /* of the quiz, or its answer; NULL: none. It takes the row of the legend */
    const char *caption;     /* NULL, or what the lecturer or a program says */
    uint32_t captions;       /* how often that has changed */
    const struct race *race; /* NULL, or the newest race (viz/race.h) */
    const struct viz_prompt *prompt; /* NULL: nothing but keys on the bottom row */
};

/* Keys that are not characters. */
enum key {
    KEY_F1 = 0x101,
    KEY_F2,
    KEY_F3,
    KEY_F4,
    KEY_F5,
    KEY_F6,
    KEY_F7,
    KEY_F8,
    KEY_F9,
    KEY_F10,
    KEY_F11,
    KEY_F12,
    KEY_UP = 0x120,
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_HOME,
    KEY_END,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_INSERT,
    KEY_DELETE,
    KEY_BACK_TAB,
};

/* Something that can be started: a program or a lecture. */
struct viz_choice {
    const char *verb, *name; /* the command that starts it: "run" "churn" */
    const char *words;       /* what it is, in a line */
    const char *wrong;       /* NULL, or why it cannot be started */
};

/* What a process does: the liveliest of its threads counts. */
enum process_state {
    PROCESS_UNKNOWN,
    PROCESS_RUNS,
    PROCESS_READY,
    PROCESS_AT_GATE, /* before a malloc or free that the pace does not let pass yet */
    PROCESS_SLEEPS,
    PROCESS_WAITS, /* for a child or a thread */
    PROCESS_ENDED, /* gone but for its status, which its parent has not asked for */
};

struct viz_process {
    uint16_t pid;
    const char *name;
    enum process_state state;
    const char *pace; /* its own, valid until the next call; NULL: it goes with all */
    uint32_t threads, steps;
    int32_t status; /* ended */
};

/*
 * Answers mm/ cannot give; the kernel's and the tests' are handed over at the start. `function` names the
 * function of a process's program that an address lies in ("main"), with the offset in it, or returns NULL.
 * `choice` is the index-th thing that can be started; false behind the last. `command` carries out a command line.
 * `process` says what the process of that pid does now; false: there is none. `ended` tells the index-th one that ended
 * and waits for its parent; false behind the last.
 */
struct viz_world {
    const char *(*function)(uint16_t pid, uint32_t address, uint32_t *offset);
    bool (*choice)(uint32_t index, struct viz_choice *choice);
    void (*command)(const char *line);
    bool (*process)(uint16_t pid, struct viz_process *out);
    bool (*ended)(uint32_t index, struct viz_process *out);
};

void viz_init(const struct viz_world *world);

/* Beyond so many new events in one frame everything is painted anew instead of following them. */
#define VIZ_FOLLOW_MOST 2000

/* Paints one frame: follows the events since the last, repaints what they touched, writes the cells that
 * changed to the screen. */
void viz_frame(const struct viz_status *status);

/*
 * Compares every cell of the screen with what it stands for: those of maps are made from memory anew, at the moment
 * painted last, the others are as viz has painted them. The last frame was painted without glow, and nothing has happened since.
 * Reports each cell that is something else, and returns how many; they are painted anew at the next frame.
 */
typedef void (*viz_report)(void *context, int row, int column, uint16_t shown, uint16_t meant);
uint32_t viz_check(viz_report report, void *context);

/*
 * The same for one row of the screen, which may glow (what glows is white whatever it shows, and waits for another check);
 * allowed while viz_settled: nothing has happened, and nobody has touched the picture, since the last frame.
 */
uint32_t viz_check_row(uint32_t row, viz_report report, void *context);
bool viz_settled(void);

/* A key that viz/keys.h binds to no command: true when a view used it. */
bool viz_key(int key);

/* The mouse moved by so much (right and down are positive), and its left button is pressed or not. */
void viz_mouse(int dx, int dy, bool pressed);

/* For views: what viz_world answers. */
const char *viz_function(uint16_t pid, uint32_t address, uint32_t *offset);
bool viz_choice(uint32_t index, struct viz_choice *choice);
void viz_command(const char *line);
bool viz_process(uint16_t pid, struct viz_process *process);
bool viz_ended(uint32_t index, struct viz_process *process);

/* Puts the cursor on a thing (viz/chain.h), or away on SUBJECT_NOTHING. */
struct subject;
void viz_inspect(const struct subject *subject);

/* Zooms the map under the cursor, else the last one on the screen: in (negative) or out by powers of two, 0: as it fits;
 * to 1 << shift bytes a pixel. E_NOENT when the screen has no map. A view that zooms by itself has steps only: E_INVAL. */
int viz_zoom(int steps);
int viz_zoom_to(uint8_t shift);

/* OK, E_NOENT when there is no such view or no such process. */
int viz_view(const char *name);
int viz_select(uint16_t pid);
void viz_select_next(bool back); /* by slot; the other way round with `back` */
uint16_t viz_selected(void);     /* 0: none has appeared yet. A process that ended stays chosen until Tab */
const char *viz_selected_name(void);
const char *viz_selected_regime(void); /* NULL: none has appeared yet */

/* Repaint everything at the next frame. */
void viz_refresh(void);

#endif
