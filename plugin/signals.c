/* A Go runtime replaces the process's handlers of SIGPIPE and SIGURG when it starts.
 * SIGPIPE: a host that relies on the default ("gst-launch-1.0 ... ! fdsink | head")
 * would no longer die of it. SIGURG: a host that is itself a Go program preempts its
 * goroutines with it; without its handler its garbage collector waits for seconds.
 * The handlers of SIGSEGV, SIGBUS and SIGFPE stay: they forward what isn't ours. */
#include "signals.h"
#include <signal.h>
#include <stddef.h>

static struct sigaction host_urg, host_pipe, go_urg;

/* Runs before the constructor without priority that starts the Go runtime. */
__attribute__ ((constructor (101)))
static void
remember (void)
{
  sigaction (SIGURG, NULL, &host_urg);
  sigaction (SIGPIPE, NULL, &host_pipe);
}

/* On threads of the other runtime each handler does nothing. */
static void
urg (int sig, siginfo_t * info, void *context)
{
  go_urg.sa_sigaction (sig, info, context);
  host_urg.sa_sigaction (sig, info, context);
}

void
grav1e_restore_signals (void)
{
  sigaction (SIGPIPE, &host_pipe, NULL);
  sigaction (SIGURG, NULL, &go_urg);
  if ((host_urg.sa_flags & SA_SIGINFO) && host_urg.sa_sigaction != NULL && go_urg.sa_sigaction != host_urg.sa_sigaction && go_urg.sa_sigaction != urg) {
    struct sigaction both = go_urg;
    both.sa_sigaction = urg;
    sigaction (SIGURG, &both, NULL);
  }
}
