/*
 * The PS/2 mouse: packets of three bytes to motion and the left button. It is asked to report and its answers are
 * not waited for; bytes that cannot begin a packet, answers among them, are passed over.
 */
#include "kernel/kernel.h"
#include "viz/viz.h"

enum { REPORT = 0xF4, STARTED = 0xAA, STARTED_REST = 0x00 };

/* The first byte of a packet; then come the low bytes of x and y, up and right positive. */
enum { LEFT_DOWN = 0x01, ALWAYS = 0x08, X_SIGN = 0x10, Y_SIGN = 0x20, OVERFLOW = 0xC0 };

#define PACKETS 64u  /* a power of two */
#define GAP_MS  100u /* a packet's bytes follow each other sooner */

static struct packet {
    int16_t dx, dy; /* right and down */
    bool pressed;
} packets[PACKETS];
static volatile uint32_t packets_in, packets_out;

static uint8_t bytes[3], last;
static uint32_t count, last_ms;
static volatile bool started; /* it says that it has just started: it has to be asked again */

static void packet(void) {
    if (packets_in - packets_out == PACKETS)
        return;
    packets[packets_in++ % PACKETS] = (struct packet){
        .dx = (int16_t)(bytes[1] - (bytes[0] & X_SIGN ? 256 : 0)),
        .dy = (int16_t)((bytes[0] & Y_SIGN ? 256 : 0) - bytes[2]),
        .pressed = bytes[0] & LEFT_DOWN,
    };
}

void mouse_byte(uint8_t byte) {
    uint32_t now = clock_ms();
    if (now - last_ms > GAP_MS)
        count = 0;
    last_ms = now;
    kernel_wanted = true;
    if (!count && (!(byte & ALWAYS) || byte & OVERFLOW)) {
        started |= last == STARTED && byte == STARTED_REST;
        last = byte;
        return;
    }
    last = byte;
    bytes[count++] = byte;
    if (count == sizeof bytes) {
        count = 0;
        packet();
    }
}

void mouse_init(void) {
    keyboard_to_mouse(REPORT);
}

bool mouse_work(void) {
    static bool down;
    bool went_down = false;
    if (started) {
        started = false;
        bool on = interrupts_save();
        keyboard_to_mouse(REPORT);
        interrupts_restore(on);
    }
    for (; packets_out != packets_in; packets_out++) {
        struct packet p = packets[packets_out % PACKETS];
        viz_mouse(p.dx, p.dy, p.pressed);
        went_down |= p.pressed && !down;
        down = p.pressed;
    }
    return went_down;
}
