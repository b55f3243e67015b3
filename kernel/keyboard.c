/*
 * The PS/2 keyboard: scan code set 1, which the controller makes of whatever the keyboard sends, to
 * characters of a US layout and enum key.
 */
#include "kernel/kernel.h"
#include "viz/viz.h"

/* 8042: ports, status bits, commands, configuration bits. */
enum { DATA = 0x60, STATUS = 0x64, COMMAND = 0x64 };
enum { STATUS_OUTPUT = 0x01, STATUS_INPUT = 0x02, STATUS_MOUSE = 0x20, STATUS_ABSENT = 0xFF };
enum {
    READ_CONFIG = 0x20,
    WRITE_CONFIG = 0x60,
    MOUSE_ON = 0xA8,
    TO_MOUSE = 0xD4,
    CONFIG_INTERRUPT = 0x01,
    CONFIG_MOUSE_INTERRUPT = 0x02,
    CONFIG_OFF = 0x10,
    CONFIG_MOUSE_OFF = 0x20,
    CONFIG_SET_1 = 0x40
};

enum { RELEASED = 0x80, EXTENDED = 0xE0, PAUSE = 0xE1, PAUSE_REST = 2 };
enum {
    LEFT_SHIFT = 0x2A,
    RIGHT_SHIFT = 0x36,
    CTRL = 0x1D,
    CAPS = 0x3A,
    F1 = 0x3B,
    F10 = 0x44,
    F11 = 0x57,
    F12 = 0x58
};

#define KEYS    256u /* a power of two */
#define TRIES   1000
#define WAIT_US 1000u

static const char plain[] = "\0\0331234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] = "\0\033!@#$%^&*()_+\b\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

/* From scan code 0x47 on, on the keypad and, extended, beside it. */
enum { PAD = 0x47 };
static const uint16_t pad[] = {KEY_HOME, KEY_UP,   KEY_PAGE_UP,   '-',        KEY_LEFT,  0, KEY_RIGHT, '+',
                               KEY_END,  KEY_DOWN, KEY_PAGE_DOWN, KEY_INSERT, KEY_DELETE};

static uint16_t ring[KEYS];
static volatile uint32_t ring_in, ring_out;
static bool present; /* the controller */
static bool shift, ctrl, caps, extended;
static int skip; /* codes of the pause key still to come */

static int translate(uint8_t code) {
    if (code >= PAD && code - PAD < (int)(sizeof pad / sizeof *pad))
        return pad[code - PAD];
    if (code >= F1 && code <= F10)
        return KEY_F1 + code - F1;
    if (code == F11 || code == F12)
        return KEY_F11 + code - F11;
    if (code >= sizeof plain - 1)
        return 0;
    int key = (uint8_t)(shift ? shifted : plain)[code];
    bool letter = (key >= 'a' && key <= 'z') || (key >= 'A' && key <= 'Z');
    if (letter && ctrl)
        return key & 0x1F;
    if (letter && caps)
        return key ^ 0x20;
    return key == '\t' && shift ? KEY_BACK_TAB : key;
}

static void scan(uint8_t code) {
    if (skip) {
        skip--;
        return;
    }
    if (code == EXTENDED || code == PAUSE) {
        extended = code == EXTENDED;
        skip = code == PAUSE ? PAUSE_REST : 0;
        return;
    }
    bool down = !(code & RELEASED), plain_code = !extended;
    code &= (uint8_t)~RELEASED;
    extended = false;
    if (code == LEFT_SHIFT || code == RIGHT_SHIFT) {
        if (plain_code) /* extended, they are noise around the arrows */
            shift = down;
    } else if (code == CTRL) {
        ctrl = down;
    } else if (code == CAPS) {
        caps ^= down;
    } else if (down) {
        int key = translate(code);
        if (key && ring_in - ring_out < KEYS)
            ring[ring_in++ % KEYS] = (uint16_t)key;
        kernel_wanted = true;
    }
}

/* The one of both lines: whose byte it is says the status. */
static void irq(void) {
    uint8_t status = inb(STATUS);
    if (!(status & STATUS_OUTPUT))
        return;
    uint8_t byte = inb(DATA);
    if (status & STATUS_MOUSE)
        mouse_byte(byte);
    else
        scan(byte);
}

/*
 * Waits until the controller's status shows `bits` as wanted; false when it never does. The time is read before the
 * status: a machine that is not let run for a while has not kept anybody waiting.
 */
static bool controller(uint8_t bits, bool set) {
    uint64_t start = clock_us();
    bool late;
    do {
        late = clock_us() - start >= WAIT_US;
        if (!(inb(STATUS) & bits) == !set)
            return true;
    } while (!late);
    return false;
}

void keyboard_init(void) {
    for (int i = 0; i < TRIES && inb(STATUS) & STATUS_OUTPUT; i++) {
        if (inb(STATUS) == STATUS_ABSENT)
            return;
        inb(DATA);
    }
    if (!controller(STATUS_INPUT, false))
        return;
    outb(COMMAND, READ_CONFIG);
    uint8_t config = CONFIG_INTERRUPT | CONFIG_MOUSE_INTERRUPT | CONFIG_SET_1;
    if (controller(STATUS_OUTPUT, true))
        config |= inb(DATA) & (uint8_t) ~(CONFIG_OFF | CONFIG_MOUSE_OFF);
    if (controller(STATUS_INPUT, false))
        outb(COMMAND, WRITE_CONFIG);
    if (controller(STATUS_INPUT, false))
        outb(DATA, config);
    if (controller(STATUS_INPUT, false))
        outb(COMMAND, MOUSE_ON);
    irq_enable(IRQ_KEYBOARD, irq);
    irq_enable(IRQ_MOUSE, irq);
    present = true;
}

void keyboard_to_mouse(uint8_t byte) {
    if (!present || !controller(STATUS_INPUT, false))
        return;
    outb(COMMAND, TO_MOUSE);
    if (controller(STATUS_INPUT, false))
        outb(DATA, byte);
}

int keyboard_read(void) {
    return ring_in == ring_out ? 0 : ring[ring_out++ % KEYS];
}
