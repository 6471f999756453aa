/* t35 FILE: encodes 20 frames, each with the metas the element documents for ITU-T T.35
 * messages: one on every frame, a second on every third, useless ones, and on every fifth
 * one that looks like the GstVideoHDRMeta of GStreamer 1.30. */
#include <gst/gst.h>

/* GstVideoHDRMeta, where GStreamer doesn't have it. */
typedef struct
{
  GstMeta meta;
  int format;
  const guint8 *data;
  gsize size;
} HDRMeta;

static gboolean
hdr_init (GstMeta * meta, gpointer params, GstBuffer * buffer)
{
  return TRUE;
}

static void
add_hdr (GstBuffer * buffer, int format, const guint8 * data, gsize size)
{
  static const GstMetaInfo *info;
  static const gchar *tags[] = { "video", NULL };

  if (info == NULL) {
    GType api = g_type_from_name ("GstVideoHDRMetaAPI");
    if (api == 0)
      api = gst_meta_api_type_register ("GstVideoHDRMetaAPI", tags);
    info = gst_meta_register (api, "TestHDRMeta", sizeof (HDRMeta), hdr_init, NULL, NULL);
  }
  HDRMeta *meta = (HDRMeta *) gst_buffer_add_meta (buffer, info, NULL);
  meta->format = format;
  meta->data = data;
  meta->size = size;
}

static void
add (GstBuffer * buffer, gconstpointer data, gsize size)
{
  GstBuffer *message = gst_buffer_new_memdup (data, size);
  GstCustomMeta *meta = gst_buffer_add_custom_meta (buffer, "itu-t-t35");

  if (meta == NULL)
    g_error ("the element has not registered the meta");
  gst_structure_set (gst_custom_meta_get_structure (meta), "data", GST_TYPE_BUFFER, message, NULL);
  gst_buffer_unref (message);
}

static GstPadProbeReturn
probe (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  static guint8 hdr10plus[] = { 0xB5, 0, 0x3C, 0, 1, 4, 1, 0xFF };
  static const guint8 private[] = { 0xFF, 7, 1, 2 };
  static guint8 n;
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));

  hdr10plus[7] = n;
  add (buffer, hdr10plus, sizeof hdr10plus);
  if (n % 3 == 1)
    add (buffer, private, sizeof private);
  if (n % 3 == 2) {
    add (buffer, private, 2);
    gst_buffer_add_custom_meta (buffer, "itu-t-t35");
  }
  if (n % 5 == 1) {
    static const guint8 message[] = { 0, 1, 4, 1, 0x40, 0x20 };
    add_hdr (buffer, 1, message, 3);    /* HDR10 */
    add_hdr (buffer, 2, message, sizeof message);
  }
  n++;
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  return GST_PAD_PROBE_OK;
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  char *text = g_strdup_printf ("videotestsrc name=s num-buffers=20 ! video/x-raw,format=I420,width=64,height=64,framerate=30/1 ! "
      "grav1enc speed-preset=10 low-latency=true ! video/x-av1,alignment=tu ! filesink location=%s", argv[1]);
  GstElement *pipeline = gst_parse_launch (text, NULL);
  GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  GstPad *pad = gst_element_get_static_pad (source, "src");
  GstBus *bus = gst_element_get_bus (pipeline);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, probe, NULL, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  GstMessage *m = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (m == NULL || GST_MESSAGE_TYPE (m) != GST_MESSAGE_EOS)
    g_error ("no EOS");
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_print ("ok\n");
  return 0;
}
