// ncurses, wide. Static inlines for what Swift can't import: cast macros and shared mutable globals.
#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#include <locale.h>
#include <ncurses.h>
#include <term.h>
#undef lines
#undef columns

static inline WINDOW *nc_stdscr(void) { return stdscr; }
static inline int nc_colors(void) { return COLORS; }
static inline int nc_color_pairs(void) { return COLOR_PAIRS; }
static inline int nc_lines(void) { return LINES; }
static inline int nc_cols(void) { return COLS; }
static inline void nc_set_escdelay(int ms) { set_escdelay(ms); }
static const attr_t NC_BOLD = A_BOLD, NC_REVERSE = A_REVERSE, NC_DIM = A_DIM, NC_UNDERLINE = A_UNDERLINE;
static const attr_t NC_ITALIC = A_ITALIC, NC_NORMAL = A_NORMAL;
static const mmask_t NC_ALL_MOUSE = ALL_MOUSE_EVENTS;
static const mmask_t NC_CLICK = BUTTON1_CLICKED | BUTTON1_PRESSED;
static const mmask_t NC_WHEEL_UP = BUTTON4_PRESSED, NC_WHEEL_DOWN = BUTTON5_PRESSED;
static inline int nc_cell(cchar_t *out, const wchar_t *text, attr_t attributes, int pair) {
  return setcchar(out, text, attributes, 0, &pair);
}
static inline int nc_has_cup(void) {
  char *s = tigetstr("cup");
  return s != 0 && s != (char *)-1;
}
static inline FILE *nc_stdin(void) { return stdin; }
