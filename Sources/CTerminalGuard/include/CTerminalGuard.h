// Keeps the terminal sane whatever ends the program: it lives in C because signal handlers may touch nothing else.
#ifndef RINGI_CTERMINALGUARD_H
#define RINGI_CTERMINALGUARD_H

#define TG_RESIZED 1
#define TG_ENDING 2
#define TG_CONTINUED 4

/// Remembers the terminal's settings and installs the handlers. 0, or -1 when standard input is no terminal.
int tg_install(void);
/// Readable when a signal has come.
int tg_wake_fd(void);
/// What has come since the last call: bits of TG_*. Empties the wake pipe.
int tg_take(void);
/// The signal that asked the program to end, 0 for none.
int tg_ending_signal(void);
/// Puts the terminal back: settings, screen, cursor, paste mode. Safe in a handler and when called twice.
void tg_restore(void);
/// Takes the terminal again after `tg_restore`.
void tg_rearm(void);
/// A file in memory that no other program inherits; -1 where there is none.
int tg_memory(void);
/// `to` is what `from` is, and no other program inherits it; -1 where that fails.
int tg_become(int from, int to);

#endif
