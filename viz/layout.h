/*
 * Every coordinate of the 80x25 screens, in text cells. Fields are given by their first column and the column
 * after their last.
 */
#ifndef VIZ_LAYOUT_H
#define VIZ_LAYOUT_H

#include "viz/screen.h"

/* The title bar: SUTURE  HEALED  pid 3 fragment  > 16/s  ev 1,204  audit v 0.4s  viz 2.1% */
enum {
    TITLE_ROW = 0,
    TITLE_SUTURE = 0,
    TITLE_REGIME = 8,
    TITLE_REGIME_END = 16,
    TITLE_PROCESS = 17,
    TITLE_PROCESS_END = 33,
    TITLE_PACE = 34,
    TITLE_PACE_END = 43,
    TITLE_EVENT = 44,
    TITLE_EVENT_END = 57,
    TITLE_AUDIT = 58,
    TITLE_AUDIT_END = 70,
    TITLE_SHARE_END = 80,
};

/* Legend and keys are the last two rows of every view; its body lies between. */
enum { BODY_ROW = 1, LEGEND_UP = 2, KEYS_UP = 1 };

/* A map: label or address, 64 pixels, and room for a figure at its right. */
enum {
    LABEL_COLUMN = 0,
    MAP_COLUMN = 9,
    MAP_COLUMNS = 64,
    SIDE_SCALE_END = 77,
    LINE_END = SCREEN_COLUMNS,
};

/* The overview: its panels from top to bottom. Heights in text rows; a text row is two rows of pixels. */
enum {
    PHYSICAL_ROW = BODY_ROW,
    SYSTEM_ROW,
    KPAGES_ROW,
    KBYTES_ROW,
    UBYTES_ROW,
    UPAGES_ROW,
    UPAGES_ROWS = 2,
    TABLE_ROW = UPAGES_ROW + UPAGES_ROWS + 1,
    TABLE_ROWS = 2,
    HEAP_ROW = TABLE_ROW + 1 + TABLE_ROWS + 1,
    HEAP_ROWS = 4,
    STATISTICS_ROW = HEAP_ROW + 1 + HEAP_ROWS,
    EVENTS_ROW,
    EVENTS_ROWS = 3,
};

/* A line about an event: 1204 ! 3 fragment  malloc(120) = 48013400  passed 31 holes */
enum {
    EVENT_SEQ_END = 7,
    EVENT_MARK = 7,
    EVENT_PROCESS = 9,
    EVENT_PROCESS_END = 20,
    EVENT_WORDS = 21,
};

/* The processes: a row each. Figures end before their column. */
enum {
    PROCESSES_HEAD = BODY_ROW + 1,
    PROCESSES_ROW,
    PROCESS_MARK = 0,
    PROCESS_PID_END = 6,
    PROCESS_NAME = 7,
    PROCESS_NAME_END = 20,
    PROCESS_POLICY = 21,
    PROCESS_POLICY_END = 31,
    PROCESS_BLOCKS_END = 38,
    PROCESS_FRAMES = 38,
    PROCESS_FRAMES_WIDTH = 7,
    PROCESS_BYTES_END = LINE_END,
};

#endif
