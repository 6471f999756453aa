#ifndef GRAV1E_SIGNALS_H
#define GRAV1E_SIGNALS_H

/* Gives the host process the signals back that starting a Go runtime took from it. */
void grav1e_restore_signals (void);

#endif
