#ifndef X
#define X
int tg_placeholder(void);
#endif
