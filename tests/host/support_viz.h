/*
 * For the tests of viz: a screen in an array instead of the VGA, machines made by hand, and golden screens.
 */
#ifndef TESTS_SUPPORT_VIZ_H
#define TESTS_SUPPORT_VIZ_H

#include "mm/space.h"
#include "viz/palette.h"
#include "viz/screen.h"
#include "viz/viz.h"

/* What viz chose, and what it presented. */
extern const struct rgb6 *viz_palette;
extern uint32_t viz_rows;
extern uint16_t viz_target[SCREEN_ROWS_MOST * SCREEN_COLUMNS];

/* A machine with so many megabytes, a kernel of 1 MB, nothing running; the clock and the events start anew.
 */
void machine_start(uint32_t megabytes);

/* A program that has just been loaded: image, one stack, an empty heap. */
struct space *machine_spawn(uint16_t pid, const char *name, uint32_t image_pages);
void machine_exit(struct space *space, int status);

/* The program calls malloc or free, a step each, at `events_clock`. */
vaddr_t program_malloc(struct space *space, uint32_t size);
int program_free(struct space *space, vaddr_t address);

/* A status as the kernel fills it: healed, 16 steps a second, glow off. */
struct viz_status status_now(void);

/* A frame of that moment. */
void frame_at(moment_t at);

/* The text of a row of the screen, without blanks at its end; the last four asked for stand. */
const char *row_text(int row);

/*
 * Compares character and both colours of every presented cell with tests/host/golden/NAME.txt: a line a row of
 * characters in UTF-8, as many of foregrounds, as many of backgrounds in hex. With GOLDEN=write in the environment it
 * writes the file instead.
 */
void assert_golden(const char *name);

/* The same in the other looks: NAME_light, NAME_mono, NAME_letters and NAME_rows50. `frame` paints. */
void assert_golden_looks(const char *name, void (*frame)(void));

#endif
