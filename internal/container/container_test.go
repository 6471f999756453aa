package container

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"math/bits"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grav1e/grav1e/internal/obu"
)

// tiny is five frames of 50x34, 4:2:0, 8 bits, key frames at 0 and 3, by aomenc.
func tiny(t *testing.T) (Stream, []Packet) {
	t.Helper()
	data, err := os.ReadFile("testdata/tiny.obu")
	if err != nil {
		t.Fatal(err)
	}
	units, err := obu.Split(data)
	if err != nil {
		t.Fatal(err)
	}
	s := Stream{Width: 50, Height: 34, FrameRate: Rational{25, 1}, PixelAspect: Rational{4, 3}, BitDepth: 8,
		Color: Color{Primaries: 9, Transfer: 16, Matrix: 9, MaxCLL: 1000, MaxFALL: 400,
			Mastering: &Mastering{PrimaryX: [3]float64{.708, .17, .131}, PrimaryY: [3]float64{.292, .797, .046},
				WhitePointX: .3127, WhitePointY: .329, LuminanceMax: 1000, LuminanceMin: .01}}}
	var packets []Packet
	offset := 0
	for _, u := range units {
		if u.Type == obu.TemporalDelimiterType {
			packets = append(packets, Packet{PTS: int64(len(packets))})
		}
		p := &packets[len(packets)-1]
		if u.Type == obu.SequenceHeaderType {
			p.Key = true
			s.SequenceHeader = data[offset : offset+u.Bytes()]
		}
		p.Data = append(p.Data, data[offset:offset+u.Bytes()]...)
		offset += u.Bytes()
	}
	return s, packets
}

func mux(t *testing.T, f Format, s Stream, packets []Packet) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out."+string(f))
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	writeAll(t, file, f, s, packets)
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeAll(t *testing.T, w interface{ Write([]byte) (int, error) }, f Format, s Stream, packets []Packet) {
	t.Helper()
	m, err := New(f, w, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packets {
		if err := m.WritePacket(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestFormatOf(t *testing.T) {
	for name, want := range map[string]Format{"a.ivf": IVF, "b.OBU": OBU, "dir.x/c.mkv": Matroska, "d.webm": WebM, "e": "", "f.mp4": "", ".ivf/x": ""} {
		got, err := FormatOf(name)
		if got != want || (want == "") != errors.Is(err, ErrFormat) {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
	if _, err := New("mp4", nil, Stream{}); err == nil {
		t.Error("mp4: no error")
	}
}

func TestIVF(t *testing.T) {
	s := Stream{Width: 50, Height: 34, FrameRate: Rational{30000, 1001}}
	packets := []Packet{{Data: []byte{1, 2, 3}, PTS: 0, Key: true}, {Data: []byte{4}, PTS: 7}}
	head := "444b4946" + "0000" + "2000" + "41563031" + "3200" + "2200" + "30750000" + "e9030000"
	body := "03000000" + "0000000000000000" + "010203" + "01000000" + "0700000000000000" + "04"
	if got, want := hex.EncodeToString(mux(t, IVF, s, packets)), head+"0200000000000000"+body; got != want {
		t.Errorf("file: got\n%s, want\n%s", got, want)
	}
	var pipe bytes.Buffer
	writeAll(t, &pipe, IVF, s, packets)
	if got, want := hex.EncodeToString(pipe.Bytes()), head+"0000000000000000"+body; got != want {
		t.Errorf("pipe: got\n%s, want\n%s", got, want)
	}
	if _, err := New(IVF, &pipe, Stream{Width: 65536, Height: 1}); err == nil {
		t.Error("65536 wide: no error")
	}
}

func TestOBU(t *testing.T) {
	s, packets := tiny(t)
	want, _ := os.ReadFile("testdata/tiny.obu")
	if got := mux(t, OBU, s, packets); !bytes.Equal(got, want) {
		t.Error("packets differ from the stream they were cut from")
	}
}

// element is a parsed EBML element; offset is where its ID starts.
type element struct {
	id       uint32
	offset   int
	data     []byte
	children []element
}

var masters = map[uint32]bool{idEBML: true, idSegment: true, idSeekHead: true, idSeek: true, idInfo: true, idTracks: true, idTrackEntry: true,
	idVideo: true, idColour: true, idMasteringMetadata: true, idCluster: true, idCues: true, idCuePoint: true, idCueTrackPositions: true}

func parse(t *testing.T, b []byte, base int) []element {
	t.Helper()
	var out []element
	for pos := 0; pos < len(b); {
		n := bits.LeadingZeros8(b[pos]) + 1
		id := uint32(0)
		for _, c := range b[pos : pos+n] {
			id = id<<8 | uint32(c)
		}
		k := bits.LeadingZeros8(b[pos+n]) + 1
		size := uint64(b[pos+n]) & (1<<(8-k) - 1)
		for _, c := range b[pos+n+1 : pos+n+k] {
			size = size<<8 | uint64(c)
		}
		start := pos + n + k
		if size == 1<<(7*k)-1 {
			size = uint64(len(b) - start)
		}
		if uint64(len(b)-start) < size {
			t.Fatalf("element %x at %d: %d bytes announced, %d there", id, base+pos, size, len(b)-start)
		}
		e := element{id: id, offset: base + pos, data: b[start : start+int(size)]}
		if masters[id] {
			e.children = parse(t, e.data, base+start)
		}
		out = append(out, e)
		pos = start + int(size)
	}
	return out
}

func find(es []element, path ...uint32) []element {
	var out []element
	for _, e := range es {
		if e.id == path[0] {
			if len(path) == 1 {
				out = append(out, e)
			} else {
				out = append(out, find(e.children, path[1:]...)...)
			}
		}
	}
	return out
}

func number(es []element, path ...uint32) uint64 {
	v := uint64(math.MaxUint64)
	for _, e := range find(es, path...) {
		v = 0
		for _, c := range e.data {
			v = v<<8 | uint64(c)
		}
	}
	return v
}

func TestMatroska(t *testing.T) {
	s, packets := tiny(t)
	for _, f := range []Format{Matroska, WebM} {
		data := mux(t, f, s, packets)
		es := parse(t, data, 0)
		for _, c := range []struct {
			name string
			want uint64
			path []uint32
		}{
			{"timestamp scale", 1e6, []uint32{idSegment, idInfo, idTimestampScale}},
			{"duration", math.Float64bits(200), []uint32{idSegment, idInfo, idDuration}},
			{"frame duration", 40e6, []uint32{idSegment, idTracks, idTrackEntry, idDefaultDuration}},
			{"width", 50, []uint32{idSegment, idTracks, idTrackEntry, idVideo, idPixelWidth}},
			{"height", 34, []uint32{idSegment, idTracks, idTrackEntry, idVideo, idPixelHeight}},
			{"display width", 67, []uint32{idSegment, idTracks, idTrackEntry, idVideo, idDisplayWidth}},
			{"display height", 34, []uint32{idSegment, idTracks, idTrackEntry, idVideo, idDisplayHeight}},
			{"primaries", 9, []uint32{idSegment, idTracks, idTrackEntry, idVideo, idColour, idPrimaries}},
			{"range", 1, []uint32{idSegment, idTracks, idTrackEntry, idVideo, idColour, idRange}},
			{"subsampling", 1, []uint32{idSegment, idTracks, idTrackEntry, idVideo, idColour, idChromaSubsamplingVert}},
			{"MaxCLL", 1000, []uint32{idSegment, idTracks, idTrackEntry, idVideo, idColour, idMaxCLL}},
			{"luminance max", math.Float64bits(1000), []uint32{idSegment, idTracks, idTrackEntry, idVideo, idColour, idMasteringMetadata, 0x55D9}},
		} {
			if got := number(es, c.path...); got != c.want {
				t.Errorf("%s: %s = %d, want %d", f, c.name, got, c.want)
			}
		}
		record, _ := obu.ConfigRecord(s.SequenceHeader)
		if p := find(es, idSegment, idTracks, idTrackEntry, idCodecPrivate); len(p) != 1 || !bytes.Equal(p[0].data, record) {
			t.Errorf("%s: wrong CodecPrivate", f)
		}
		checkBlocks(t, es, packets)
		checkIndex(t, es, len(data))
	}
}

func checkBlocks(t *testing.T, es []element, packets []Packet) {
	t.Helper()
	i := 0
	for _, c := range find(es, idSegment, idCluster) {
		base := number(c.children, idTimestamp)
		for k, b := range find(c.children, idSimpleBlock) {
			p := packets[i]
			if ts := base + uint64(binary.BigEndian.Uint16(b.data[1:])); ts != uint64(p.PTS*40) {
				t.Errorf("block %d: timestamp %d, want %d", i, ts, p.PTS*40)
			}
			if key := b.data[3] == 0x80; key != p.Key || key != (k == 0) {
				t.Errorf("block %d: key %v, want %v at the start of a cluster", i, key, p.Key)
			}
			if want := p.Data[2:]; !bytes.Equal(b.data[4:], want) {
				t.Errorf("block %d: wrong data", i)
			}
			i++
		}
	}
	if i != len(packets) {
		t.Errorf("%d blocks, want %d", i, len(packets))
	}
}

// checkIndex follows every SeekHead entry and every cue to what it points at.
func checkIndex(t *testing.T, es []element, size int) {
	t.Helper()
	segment := find(es, idSegment)[0]
	payload := size - len(segment.data)
	at := map[uint64]element{}
	for _, c := range segment.children {
		at[uint64(c.offset-payload)] = c
	}
	seeks := find(es, idSegment, idSeekHead, idSeek)
	if len(seeks) != 3 {
		t.Errorf("%d seek entries, want 3", len(seeks))
	}
	for _, s := range seeks {
		if got := at[number(s.children, idSeekPosition)].id; uint64(got) != number(s.children, idSeekID) {
			t.Errorf("seek entry for %x points at %x", number(s.children, idSeekID), got)
		}
	}
	points := find(es, idSegment, idCues, idCuePoint)
	if len(points) != 2 {
		t.Errorf("%d cues, want 2", len(points))
	}
	for _, p := range points {
		c := at[number(p.children, idCueTrackPositions, idCueClusterPosition)]
		if c.id != idCluster || number(c.children, idTimestamp) != number(p.children, idCueTime) {
			t.Errorf("cue at %d points at %x", number(p.children, idCueTime), c.id)
		}
	}
}

// Without seeking the file is a live stream: no duration, no index, unknown size.
func TestMatroskaLive(t *testing.T) {
	s, packets := tiny(t)
	var pipe bytes.Buffer
	writeAll(t, &pipe, WebM, s, packets)
	es := parse(t, pipe.Bytes(), 0)
	checkBlocks(t, es, packets)
	for _, id := range []uint32{idSeekHead, idCues} {
		if len(find(es, idSegment, id)) != 0 {
			t.Errorf("element %x in a live stream", id)
		}
	}
}

func TestMatroskaErrors(t *testing.T) {
	s, packets := tiny(t)
	bad := s
	bad.SequenceHeader = nil
	if _, err := New(Matroska, new(bytes.Buffer), bad); err == nil {
		t.Error("no sequence header: no error")
	}
	m, err := New(Matroska, new(bytes.Buffer), s)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.WritePacket(Packet{Data: append([]byte{byte(len(packets[0].Data)), 4, 1, 0x10}, packets[0].Data...)}); err != errNoOverhead {
		t.Errorf("Annex B: %v, want errNoOverhead", err)
	}
}

// Blocks far apart in time start clusters of their own: their times are 16 bits.
func TestMatroskaClusters(t *testing.T) {
	s, packets := tiny(t)
	s.FrameRate = Rational{}
	for i := range packets {
		packets[i].PTS, packets[i].Key = int64(i)*40_000, false
	}
	es := parse(t, mux(t, Matroska, s, packets), 0)
	if n := len(find(es, idSegment, idCluster)); n != len(packets) {
		t.Errorf("%d clusters, want %d", n, len(packets))
	}
	if n := len(find(es, idSegment, idTracks, idTrackEntry, idDefaultDuration)); n != 0 {
		t.Error("a frame duration without a frame rate")
	}
}

// ffprobe, where there is one, decodes the files and agrees about what they hold.
func TestFFprobe(t *testing.T) {
	probe, err := exec.LookPath("ffprobe")
	if err != nil {
		t.Skip("no ffprobe")
	}
	s, packets := tiny(t)
	for _, f := range []Format{IVF, OBU, Matroska, WebM} {
		path := filepath.Join(t.TempDir(), "x."+string(f))
		if err := os.WriteFile(path, mux(t, f, s, packets), 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(probe, "-v", "warning", "-count_frames", "-show_entries", "stream=codec_name,width,height,nb_read_frames",
			"-of", "csv=p=0", path).CombinedOutput()
		if got := strings.TrimRight(string(out), ",\n"); err != nil || got != "av1,50,34,5" {
			t.Errorf("%s: %s (%v), want av1,50,34,5", f, got, err)
		}
	}
}
