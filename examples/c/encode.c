/* encode IN OUT.mkv: re-encodes a video file as AV1 and tells every second how it goes.
 *
 *   cc encode.c -o encode $(pkg-config --cflags --libs gstreamer-1.0)
 */
#include <gst/gst.h>

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  if (argc != 3) {
    g_printerr ("usage: encode IN OUT.mkv\n");
    return 2;
  }
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch ("filesrc name=in ! decodebin ! videoconvert ! "
      "grav1enc name=enc speed-preset=8 stats-interval=1000000000 ! matroskamux ! filesink name=out", &error);
  if (error != NULL) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  GstElement *in = gst_bin_get_by_name (GST_BIN (pipeline), "in");
  GstElement *out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  g_object_set (in, "location", argv[1], NULL);
  g_object_set (out, "location", argv[2], NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);

  GstBus *bus = gst_element_get_bus (pipeline);
  int code = -1;
  while (code < 0) {
    GstMessage *m = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);
    if (GST_MESSAGE_TYPE (m) == GST_MESSAGE_EOS) {
      code = 0;
    } else if (GST_MESSAGE_TYPE (m) == GST_MESSAGE_ERROR) {
      gst_message_parse_error (m, &error, NULL);
      g_printerr ("%s\n", error->message);
      g_clear_error (&error);
      code = 1;
    } else if (gst_message_has_name (m, "grav1enc-stats")) {
      guint64 frames, bytes;
      gst_structure_get (gst_message_get_structure (m), "frames-out", G_TYPE_UINT64, &frames, "bytes", G_TYPE_UINT64, &bytes, NULL);
      g_print ("%" G_GUINT64_FORMAT " frames, %" G_GUINT64_FORMAT " bytes\n", frames, bytes);
    }
    gst_message_unref (m);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (in);
  gst_object_unref (out);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  return code;
}
