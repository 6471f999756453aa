/* The GObject class of grav1enc. Its behaviour is Go: see element.go. */
#ifndef GRAV1ENC_H
#define GRAV1ENC_H

#include <gst/gst.h>
#include <gst/video/video.h>
#include <gst/video/gstvideoencoder.h>
#include <stdint.h>

typedef struct {
  GstVideoEncoder parent;
  uintptr_t handle;             /* runtime/cgo.Handle of the Go element, from init to finalize */
  GstVideoFrame mapped;         /* the input frame being copied */
} GstGrav1Enc;

typedef struct {
  GstVideoEncoderClass parent_class;
} GstGrav1EncClass;

GType gst_grav1_enc_get_type (void);

/* Registers the enumeration of a property; once, when the class is made. */
GType grav1enc_enum_type (const char *property);

gboolean grav1enc_register (GstPlugin * plugin, const char *name);

/* What an event handler of the Go side decided. */
enum { GRAV1ENC_CHAIN_UP = -1, GRAV1ENC_REFUSED = 0, GRAV1ENC_HANDLED = 1 };

/* Hands out a frame cut into buffers that end at ends[0..n-1]. Takes the frame. */
GstFlowReturn grav1enc_finish (GstGrav1Enc * self, GstVideoCodecFrame * frame,
    const guint8 * data, const intptr_t * ends, gint n, gboolean key, gboolean droppable);

/* Drops a frame that will never be encoded. Takes the frame. */
void grav1enc_drop (GstGrav1Enc * self, GstVideoCodecFrame * frame);

/* Replaces the frame's input buffer by one without memory but with the same
 * metas, flags and times, so that upstream gets its memory back. */
void grav1enc_release_input (GstVideoCodecFrame * frame);

/* Registers a custom meta without tags. */
void grav1enc_register_meta (const gchar * name);

/* The custom meta of ITU-T T.35 messages, and the buffer in its field "data", or NULL. */
gboolean grav1enc_is_t35 (GstMeta * meta);
GstBuffer *grav1enc_t35_data (GstMeta * meta);

/* The HDR10+ message (SMPTE ST 2094-40) of a GstVideoHDRMeta, from the
 * terminal_provider_oriented_code on, or NULL if meta is something else. */
const guint8 *grav1enc_hdr10plus (GstMeta * meta, gsize * size);

gboolean grav1enc_logs (GstDebugLevel level);
void grav1enc_log (GstGrav1Enc * self, GstDebugLevel level, const char *text);

#endif
