/* growth frames N: encodes N frames of 320x180; growth cycles N: makes, runs and frees
 * N pipelines. Prints the largest resident size, in KiB, of the first 1000 frames or tenth
 * of the cycles, of as many after a fifth of the run, when Go's heap and malloc's have
 * their size, and of the last. */
#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static long n, window, first, warm, last;

static long
resident (void)
{
  long size, pages = 0;
  FILE *f = fopen ("/proc/self/statm", "r");
  if (f == NULL || fscanf (f, "%ld %ld", &size, &pages) != 2)
    g_error ("no /proc/self/statm");
  fclose (f);
  return pages * sysconf (_SC_PAGESIZE) / 1024;
}

static void
measure (long i)
{
  if (i < window)
    first = MAX (first, resident ());
  if (i >= n / 5 && i < n / 5 + window)
    warm = MAX (warm, resident ());
  if (i >= n - window)
    last = MAX (last, resident ());
}

static void
handoff (GstElement * sink, GstBuffer * buffer, GstPad * pad, long *seen)
{
  measure ((*seen)++);
}

static void
play (long frames, long *seen)
{
  char *text = g_strdup_printf ("videotestsrc pattern=ball num-buffers=%ld ! video/x-raw,format=I420,width=320,height=180,framerate=30/1 ! "
      "grav1enc speed-preset=10 ! fakesink name=f signal-handoffs=true sync=false", frames);
  GstElement *pipeline = gst_parse_launch (text, NULL);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "f");
  GstBus *bus = gst_element_get_bus (pipeline);
  if (seen != NULL)
    g_signal_connect (sink, "handoff", G_CALLBACK (handoff), seen);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  GstMessage *m = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (GST_MESSAGE_TYPE (m) != GST_MESSAGE_EOS)
    g_error ("no EOS");
  gst_message_unref (m);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_free (text);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  n = atol (argv[2]);
  if (g_str_equal (argv[1], "frames")) {
    long seen = 0;
    window = 1000;
    play (n, &seen);
    if (seen != n)
      g_error ("%ld frames of %ld", seen, n);
  } else {
    window = n / 10;
    for (long i = 0; i < n; i++) {
      play (5, NULL);
      measure (i);
    }
  }
  g_print ("%ld %ld %ld\n", first, warm, last);
  return 0;
}
