#include "_cgo_export.h"
#include "signals.h"

#define PACKAGE "grav1e"

static gboolean
plugin_init (GstPlugin * plugin)
{
  gboolean ok = grav1eRegister (plugin);        /* returns after the Go runtime has started */
  grav1e_restore_signals ();
  return ok;
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, grav1e, "AV1 encoder in Go", plugin_init, "0.1.0", "BSD", "grav1e", "https://github.com/grav1e/grav1e")
