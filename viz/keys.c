/*
 * The keys and the command lines they stand for, in the order of the bottom row.
 */
#include "viz/keys.h"

const struct binding bindings[] = {
    {':', ":", "prompt", "command", "type a command; Tab completes it, Up brings old ones"},
    {' ', "Space", "toggle", "pause", "stop programs before their next step; go on"},
    {'.', ".", "forward", "step", "one step: a malloc or free and all it causes"},
    {',', ",", "back", "back", "the picture goes back one step; . brings it on again"},
    {'\t', "Tab", "select next", "process", "choose the next process"},
    {KEY_BACK_TAB, "Shift-Tab", "select previous", NULL, "choose the process before"},
    {'a', "a", "clear ad", NULL, "clear A and D of its pages, to see them come back"},
    {'+', "+", "faster", "faster", "more steps a second; 1 from a standstill"},
    {'-', "-", "slower", "slower", "fewer steps a second"},
    {KEY_UP, "Arrows", NULL, "look", "the cursor: what it is on; Enter opens it, Esc ends"},
    {'z', "z", "zoom in", "zoom", "look closer: half as much in a pixel"},
    {'x', "x", "zoom out", NULL, "from further away: twice as much"},
    {'0', "0", "zoom fit", NULL, "all of it again"},
    {'t', "t", "theme", "theme", "for a dark room, a bright one, or no colours"},
    {'l', "l", "letters", "letters", "the owner's letter in each cell of a map"},
    {'c', "c", "colour", "colour", "what colours mean: owner, process, age"},
    {'r', "r", "rows", "rows", "25 or 50 rows of text"},
    {'R', "R", "regime next", NULL, "the other regime, for programs started from now on"},
};
const uint32_t bindings_count = sizeof bindings / sizeof *bindings;

const char *binding_line(int key) {
    for (uint32_t i = 0; i < bindings_count; i++) {
        if (bindings[i].key == key) {
            return bindings[i].line;
        }
    }
    return NULL;
}
