#include "grav1enc.h"
#include "_cgo_export.h"

GST_DEBUG_CATEGORY_STATIC (grav1enc_debug);
#define GST_CAT_DEFAULT grav1enc_debug

G_DEFINE_TYPE (GstGrav1Enc, gst_grav1_enc, GST_TYPE_VIDEO_ENCODER)
#define PARENT (GST_VIDEO_ENCODER_CLASS (gst_grav1_enc_parent_class))

static const GEnumValue tunes[] = {
  {0, "Psnr", "psnr"},
  {1, "Psychovisual", "psychovisual"},
  {0, NULL, NULL}
};

static const GEnumValue rate_controls[] = {
  {0, "cq without bitrate, with it cbr if low-latency, else vbr", "auto"},
  {1, "Constant quantizer", "cq"},
  {2, "Variable bitrate: bitrate on average", "vbr"},
  {3, "Constant bitrate: bitrate at any time", "cbr"},
  {0, NULL, NULL}
};

static const GEnumValue multipass_modes[] = {
  {0, "One pass", "one-pass"},
  {1, "First pass: collect statistics", "first-pass"},
  {2, "Last pass: use statistics", "last-pass"},
  {0, NULL, NULL}
};

static const struct
{
  const char *property, *type;
  const GEnumValue *values;
} enumerations[] = {
  {"tune", "GstGrav1EncTune", tunes},
  {"rate-control", "GstGrav1EncRateControl", rate_controls},
  {"multipass-mode", "GstGrav1EncMultipassMode", multipass_modes},
};

GType
grav1enc_enum_type (const char *property)
{
  for (guint i = 0; i < G_N_ELEMENTS (enumerations); i++)
    if (g_str_equal (property, enumerations[i].property)) {
      GType type = g_enum_register_static (enumerations[i].type, enumerations[i].values);
      gst_type_mark_as_plugin_api (type, 0);
      return type;
    }
  g_return_val_if_reached (G_TYPE_INVALID);
}

static gboolean
sink_event (GstVideoEncoder * enc, GstEvent * event)
{
  int r = grav1encSinkEvent (enc, event);
  if (r == GRAV1ENC_CHAIN_UP)
    return PARENT->sink_event (enc, event);
  gst_event_unref (event);
  return r;
}

static gboolean
src_event (GstVideoEncoder * enc, GstEvent * event)
{
  int r = grav1encSrcEvent (enc, event);
  if (r == GRAV1ENC_CHAIN_UP)
    return PARENT->src_event (enc, event);
  gst_event_unref (event);
  return r;
}

static gboolean
propose_allocation (GstVideoEncoder * enc, GstQuery * query)
{
  return grav1encProposeAllocation (enc, query) && PARENT->propose_allocation (enc, query);
}

static GstStateChangeReturn
change_state (GstElement * element, GstStateChange transition)
{
  switch (transition) {
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      grav1encPlaying (GST_VIDEO_ENCODER (element));
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      /* Pads are deactivated by the parent's handler, which waits for the streaming thread. */
      grav1encUnblock (GST_VIDEO_ENCODER (element));
      break;
    default:
      break;
  }
  return GST_ELEMENT_CLASS (gst_grav1_enc_parent_class)->change_state (element, transition);
}

static void
finalize (GObject * object)
{
  grav1encFinalize (GST_VIDEO_ENCODER (object));
  G_OBJECT_CLASS (gst_grav1_enc_parent_class)->finalize (object);
}

static void
gst_grav1_enc_class_init (GstGrav1EncClass * klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstVideoEncoderClass *encoder = GST_VIDEO_ENCODER_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (grav1enc_debug, "grav1enc", 0, "grav1e AV1 encoder");
  object->set_property = (void (*)(GObject *, guint, const GValue *, GParamSpec *)) grav1encSetProperty;
  object->get_property = grav1encGetProperty;
  object->finalize = finalize;
  GST_ELEMENT_CLASS (klass)->change_state = change_state;
  encoder->start = grav1encStart;
  encoder->stop = grav1encStop;
  encoder->set_format = grav1encSetFormat;
  encoder->handle_frame = grav1encHandleFrame;
  encoder->pre_push = grav1encPrePush;
  encoder->finish = grav1encFinish;
  encoder->flush = grav1encFlush;
  encoder->sink_event = sink_event;
  encoder->src_event = src_event;
  encoder->propose_allocation = propose_allocation;
  grav1encClassInit (object);
}

static void
gst_grav1_enc_init (GstGrav1Enc * self)
{
  self->handle = grav1encInit (GST_VIDEO_ENCODER (self));
}

gboolean
grav1enc_register (GstPlugin * plugin, const char *name)
{
  GType type = gst_grav1_enc_get_type ();
  guint rank = GST_RANK_PRIMARY;

  /* A class knows one factory only, so every further name is a type of its own. */
  if (g_strcmp0 (name, "grav1enc") != 0) {
    GTypeQuery q;
    char *type_name = g_strdup_printf ("GstGrav1Enc-%s", name);
    GType alias = g_type_from_name (type_name);
    g_type_query (type, &q);
    if (alias == 0)
      alias = g_type_register_static_simple (type, type_name, q.class_size, NULL, q.instance_size, NULL, 0);
    g_free (type_name);
    type = alias;
    /* Before its own name, which is first in the alphabet: webrtcsink takes the
     * first encoder, then looks up by name whether and how it can set a bitrate. */
    rank++;
  }
  return gst_element_register (plugin, name, rank, type);
}

GstFlowReturn
grav1enc_finish (GstGrav1Enc * self, GstVideoCodecFrame * frame, const guint8 * data, const intptr_t * ends, gint n, gboolean key, gboolean droppable)
{
  GstVideoEncoder *enc = GST_VIDEO_ENCODER (self);
  intptr_t start = 0;

  if (key)
    GST_VIDEO_CODEC_FRAME_SET_SYNC_POINT (frame);
  /* The base class would take the lowest PTS among the frames inside, also across segments. */
  frame->dts = frame->pts;
  for (gint i = 0; i < n; i++) {
    gsize size = ends[i] - start;
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
    if (buffer == NULL || gst_buffer_fill (buffer, 0, data + start, size) != size) {
      gst_clear_buffer (&buffer);
      grav1enc_drop (self, frame);
      return GST_FLOW_ERROR;
    }
    if (droppable)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DROPPABLE);
    start = ends[i];
    frame->output_buffer = buffer;
    if (i == n - 1)
      break;
    GstFlowReturn flow = gst_video_encoder_finish_subframe (enc, frame);
    if (flow != GST_FLOW_OK) {
      grav1enc_drop (self, frame);
      return flow;
    }
  }
  return gst_video_encoder_finish_frame (enc, frame);
}

void
grav1enc_drop (GstGrav1Enc * self, GstVideoCodecFrame * frame)
{
#if GST_CHECK_VERSION (1, 26, 0)
  gst_video_encoder_drop_frame (GST_VIDEO_ENCODER (self), frame);
#else
  gst_video_encoder_finish_frame (GST_VIDEO_ENCODER (self), frame);
#endif
}

void
grav1enc_release_input (GstVideoCodecFrame * frame)
{
  GstBuffer *shell = gst_buffer_new ();
  gst_buffer_copy_into (shell, frame->input_buffer, GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS | GST_BUFFER_COPY_META, 0, -1);
  gst_buffer_unref (frame->input_buffer);
  frame->input_buffer = shell;
}

void
grav1enc_register_meta (const gchar * name)
{
  static const gchar *no_tags[] = { NULL };

  gst_meta_register_custom (name, no_tags, NULL, NULL, NULL);
}

gboolean
grav1enc_is_t35 (GstMeta * meta)
{
  return gst_meta_info_is_custom (meta->info) && gst_custom_meta_has_name ((GstCustomMeta *) meta, "itu-t-t35");
}

GstBuffer *
grav1enc_t35_data (GstMeta * meta)
{
  const GValue *value = gst_structure_get_value (gst_custom_meta_get_structure ((GstCustomMeta *) meta), "data");

  return value != NULL && GST_VALUE_HOLDS_BUFFER (value) ? gst_value_get_buffer (value) : NULL;
}

const guint8 *
grav1enc_hdr10plus (GstMeta * meta, gsize * size)
{
  /* GstVideoHDRMeta of GStreamer 1.30, which a plugin built with an older one meets too. */
  const struct
  {
    GstMeta meta;
    int format;
    guint8 *data;
    gsize size;
  } *hdr = (gconstpointer) meta;
  enum { HDR10_PLUS = 2 };

  if (!g_str_equal (g_type_name (meta->info->api), "GstVideoHDRMetaAPI") || hdr->format != HDR10_PLUS)
    return NULL;
  *size = hdr->size;
  return hdr->data;
}

gboolean
grav1enc_logs (GstDebugLevel level)
{
  return gst_debug_category_get_threshold (grav1enc_debug) >= level;
}

void
grav1enc_log (GstGrav1Enc * self, GstDebugLevel level, const char *text)
{
  GST_CAT_LEVEL_LOG (grav1enc_debug, level, self, "%s", text);
}
