/* cycles N [leak]: N state cycles of a pipeline, half of them cut short. Every frame
 * must come out once and in order. Ends with gst_deinit, where GST_TRACERS=leaks
 * reports; "leak" loses an object on purpose, to show that it would. */
#include <gst/gst.h>
#include <stdlib.h>

static guint seen;

static void
handoff (GstElement * sink, GstBuffer * buffer, GstPad * pad, gpointer data)
{
  if (GST_BUFFER_PTS (buffer) != gst_util_uint64_scale_int (seen, GST_SECOND, 30))
    g_error ("frame %u has PTS %" GST_TIME_FORMAT, seen, GST_TIME_ARGS (GST_BUFFER_PTS (buffer)));
  seen++;
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  GstElement *pipeline = gst_parse_launch ("videotestsrc name=s ! video/x-raw,format=I420,width=64,height=64,framerate=30/1 ! "
      "grav1enc speed-preset=10 ! fakesink name=f signal-handoffs=true sync=false", NULL);
  GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "f");
  GstBus *bus = gst_element_get_bus (pipeline);
  g_signal_connect (sink, "handoff", G_CALLBACK (handoff), NULL);
  srand (2);

  for (int i = 0; i < atoi (argv[1]); i++) {
    gboolean cut = rand () & 1;
    guint frames = rand () % 25;
    seen = 0;
    g_object_set (source, "num-buffers", cut ? 100000 : (int) frames, NULL);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    if (cut) {
      g_usleep (rand () % 20000);
    } else {
      GstMessage *m = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
      if (m == NULL || GST_MESSAGE_TYPE (m) != GST_MESSAGE_EOS)
        g_error ("cycle %d: no EOS", i);
      gst_message_unref (m);
      if (seen != frames)
        g_error ("cycle %d: %u frames of %u", i, seen, frames);
    }
    gst_element_set_state (pipeline, rand () & 1 ? GST_STATE_READY : GST_STATE_NULL);
    gst_bus_set_flushing (bus, TRUE);
    gst_bus_set_flushing (bus, FALSE);
  }

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (source);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  if (argc > 2)
    gst_element_factory_make ("grav1enc", "leak");
  gst_deinit ();
  g_print ("ok\n");
  return 0;
}
