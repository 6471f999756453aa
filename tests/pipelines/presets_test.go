package pipelines

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// presetFile writes the presets as meson does and returns their folder.
func presetFile(t *testing.T) (dir string, text []byte) {
	t.Helper()
	text, err := os.ReadFile("../../presets/GstGrav1Enc.prs.in")
	if err != nil {
		t.Fatal(err)
	}
	text, dir = bytes.ReplaceAll(text, []byte("@type@"), []byte("GstGrav1Enc")), t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "GstGrav1Enc.prs"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, text
}

// TestPresets: each loads, differs from the others and encodes.
func TestPresets(t *testing.T) {
	need(t)
	dir, _ := presetFile(t)
	script(t, "real", "presets.py", []string{"GST_PRESET_PATH=" + dir, "XDG_DATA_HOME=" + t.TempDir()})
}

// TestPresetsNameProperties: GStreamer ignores names that are no properties, silently.
func TestPresetsNameProperties(t *testing.T) {
	need(t)
	properties := must(t, "real", "gst-inspect-1.0", "grav1enc")
	_, text := presetFile(t)
	_, groups, _ := strings.Cut(string(text), "\n\n")
	for _, line := range regexp.MustCompile(`(?m)^([a-z-]+)=`).FindAllStringSubmatch(groups, -1) {
		if !regexp.MustCompile(`(?m)^  ` + line[1] + ` *:`).MatchString(properties) {
			t.Errorf("there is no property %s", line[1])
		}
	}
}
