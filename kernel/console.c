/*
 * The console: lines from the serial port and keys from the keyboard become commands. A key does what a line
 * can do, by that line, wherever there is one; the rest are the view's.
 */
#include "kernel/kernel.h"
#include "viz/viz.h"

static void serial_line(void *context, const char *text) {
    (void)context;
    serial_write(text, strlen(text));
    serial_write("\n", 1);
}

static const struct outlet serial_outlet = {serial_line, NULL};

static void serial_work(void) {
    static char line[COMMAND_BYTES];
    static uint32_t length; /* COMMAND_BYTES: too long, the rest of it is dropped */
    int byte;
    while ((byte = serial_read()) >= 0) {
        bool end = byte == '\r' || byte == '\n';
        if (!end && length < COMMAND_BYTES) {
            line[length++] = (char)byte;
        } else if (end && length == COMMAND_BYTES) {
            serial_line(NULL, "error: a line has at most 255 characters");
            length = 0;
        } else if (end) {
            line[length] = 0;
            length = 0;
            command_line(line, &serial_outlet);
        }
    }
}

static void say_lost(void) {
    uint32_t input = serial_lost_input(), output = serial_lost_output();
    if (input)
        log_line("serial: %" PRIu32 " bytes of input lost", input);
    if (output)
        log_line("serial: %" PRIu32 " bytes of output lost", output);
}

/* Of a key's answer only a failure is worth a line. */
static void key_line(void *context, const char *text) {
    (void)context;
    if (starts_with(text, "error"))
        log_line("key: %s", text);
}

static const struct outlet key_outlet = {key_line, NULL};

enum { RATE_LOW = 1, RATE_HIGH = 512, RATE_FIRST = 64 };

static void change_pace(bool faster) {
    char line[COMMAND_BYTES] = "pace max";
    uint32_t rate = conductor_rate();
    if (!faster)
        rate = rate ? rate / 2 : RATE_FIRST;
    else
        rate = rate && rate < RATE_HIGH ? rate * 2 : 0;
    if (rate || !faster)
        format_text(line, sizeof line, "pace %" PRIu32, rate ? rate : RATE_LOW);
    command_line(line, &key_outlet);
}

static void press(int key) {
    switch (key) {
    case ' ': command_line(conductor_running() ? "pause" : "go", &key_outlet); break;
    case '.': command_line("step", &key_outlet); break;
    case '+':
    case '-': change_pace(key == '+'); break;
    default: viz_key(key);
    }
}

void console_work(void) {
    int key;
    serial_work();
    say_lost();
    while ((key = keyboard_read()))
        press(key);
}
