package container

import (
	"errors"
	"io"

	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/obu"
)

const (
	timestampScale  = 1_000_000 // ns, what WebM asks for
	clusterDuration = 5000      // in timestampScale; block times are 16 bits relative to their cluster
	clusterBytes    = 4 << 20
	seekHeadBytes   = 96 // room reserved for the SeekHead, filled in by Close
	durationBytes   = 11 // Duration with its header
)

// matroskaWriter writes one AV1 track: SeekHead, Info, Tracks, clusters that start at
// key frames where possible, Cues. Sizes, Duration and the index are written by Close,
// when the file can seek; otherwise the file is a live stream, valid without them.
type matroskaWriter struct {
	w         io.Writer
	s         Stream
	written   int64 // bytes since the start of the file
	segment   int64 // offset of the Segment's payload
	duration  int64 // offset of the Duration element
	tracks    int64 // offsets relative to segment
	info      int64
	cluster   []byte // blocks of the open cluster
	start     int64  // its timestamp
	end       int64  // timestamp behind the last block
	cues      []cue
	scratch   []byte
	keyInside bool // the open cluster starts with a key frame
}

type cue struct{ timestamp, position int64 }

var errNoOverhead = errors.New("container: Matroska needs temporal units in the low-overhead format")

func newMatroska(w io.Writer, f Format, s Stream) (*matroskaWriter, error) {
	private, err := obu.ConfigRecord(s.SequenceHeader)
	if err != nil {
		return nil, err
	}
	seq, err := bitstream.ParseSequenceHeader(sequencePayload(s.SequenceHeader))
	if err != nil {
		return nil, err
	}
	docType := "matroska"
	if f == WebM {
		docType = "webm"
	}
	m := &matroskaWriter{w: w, s: s}

	b := appendUint(nil, idEBMLVersion, 1)
	b = appendUint(b, idEBMLReadVersion, 1)
	b = appendUint(b, idEBMLMaxIDLength, 4)
	b = appendUint(b, idEBMLMaxSizeLength, 8)
	b = appendString(b, idDocType, docType)
	b = appendUint(b, idDocTypeVersion, 4)
	b = appendUint(b, idDocTypeReadVersion, 2)
	head := appendBytes(nil, idEBML, b)
	head = appendSize8(appendID(head, idSegment), unknownSize)
	m.segment = int64(len(head))
	head = appendVoid(head, seekHeadBytes)

	m.info = int64(len(head)) - m.segment
	b = appendUint(b[:0], idTimestampScale, timestampScale)
	b = appendString(b, idMuxingApp, "grav1e")
	b = appendString(b, idWritingApp, "grav1e")
	// Info's own header is six bytes: four of ID, one of size, for fewer than 127 bytes.
	m.duration = int64(len(head) + 5 + len(b))
	b = appendVoid(b, durationBytes)
	head = appendBytes(head, idInfo, b)

	m.tracks = int64(len(head)) - m.segment
	head = appendBytes(head, idTracks, appendBytes(nil, idTrackEntry, s.track(private, &seq)))
	return m, m.write(head)
}

func sequencePayload(seqOBU []byte) []byte {
	u, _, _ := obu.Next(seqOBU)
	return u.Data
}

// track returns the payload of the TrackEntry.
func (s *Stream) track(private []byte, seq *bitstream.SequenceHeader) []byte {
	b := appendUint(nil, idTrackNumber, 1)
	b = appendUint(b, idTrackUID, 1)
	b = appendUint(b, idTrackType, 1)
	b = appendUint(b, idFlagLacing, 0)
	if num, den := s.timeBase(); s.FrameRate.Num > 0 {
		b = appendUint(b, idDefaultDuration, uint64((num*1e9+den/2)/den))
	}
	b = appendString(b, idCodecID, "V_AV1")
	b = appendBytes(b, idCodecPrivate, private)

	v := appendUint(nil, idPixelWidth, uint64(s.Width))
	v = appendUint(v, idPixelHeight, uint64(s.Height))
	if a := s.PixelAspect; a.Num > 0 && a.Den > 0 && a.Num != a.Den {
		w, h := s.Width, s.Height
		if a.Num > a.Den {
			w = (w*a.Num + a.Den/2) / a.Den
		} else {
			h = (h*a.Den + a.Num/2) / a.Num
		}
		v = appendUint(v, idDisplayWidth, uint64(w))
		v = appendUint(v, idDisplayHeight, uint64(h))
	}
	v = appendBytes(v, idColour, s.colour(seq))
	return appendBytes(b, idVideo, v)
}

// colour returns the payload of the Colour element.
func (s *Stream) colour(seq *bitstream.SequenceHeader) []byte {
	c := &s.Color
	b := appendUint(nil, idMatrixCoefficients, uint64(c.Matrix))
	b = appendUint(b, idBitsPerChannel, uint64(s.BitDepth))
	if !seq.MonoChrome {
		b = appendUint(b, idChromaSubsamplingHorz, uint64(seq.SubsamplingX))
		b = appendUint(b, idChromaSubsamplingVert, uint64(seq.SubsamplingY))
		if p := uint64(seq.ChromaSamplePosition); p == 1 || p == 2 { // vertical, colocated
			b = appendUint(b, idChromaSitingHorz, 1)   // left
			b = appendUint(b, idChromaSitingVert, 3-p) // half, top
		}
	}
	limitedOrFull := uint64(1)
	if c.FullRange {
		limitedOrFull = 2
	}
	b = appendUint(b, idRange, limitedOrFull)
	b = appendUint(b, idTransferCharacteristics, uint64(c.Transfer))
	b = appendUint(b, idPrimaries, uint64(c.Primaries))
	if c.MaxCLL > 0 || c.MaxFALL > 0 {
		b = appendUint(b, idMaxCLL, uint64(c.MaxCLL))
		b = appendUint(b, idMaxFALL, uint64(c.MaxFALL))
	}
	if m := c.Mastering; m != nil {
		var d []byte
		id := uint32(idPrimaryRChromaticityX)
		for _, v := range []float64{m.PrimaryX[0], m.PrimaryY[0], m.PrimaryX[1], m.PrimaryY[1], m.PrimaryX[2], m.PrimaryY[2],
			m.WhitePointX, m.WhitePointY, m.LuminanceMax, m.LuminanceMin} {
			d = appendFloat(d, id, v)
			id++
		}
		b = appendBytes(b, idMasteringMetadata, d)
	}
	return b
}

func (m *matroskaWriter) write(b []byte) error {
	n, err := m.w.Write(b)
	m.written += int64(n)
	return err
}

// timestamp converts periods of the frame rate to timestampScale.
func (m *matroskaWriter) timestamp(pts int64) int64 {
	num, den := m.s.timeBase()
	return (pts*num*1000 + den/2) / den
}

// WritePacket adds a SimpleBlock. Temporal delimiters stay out, as the AV1 binding asks.
func (m *matroskaWriter) WritePacket(p Packet) error {
	u, rest, err := obu.Next(p.Data)
	if err != nil || !u.HasSize {
		return errNoOverhead
	}
	if u.Type != obu.TemporalDelimiterType {
		rest = p.Data
	}
	t := m.timestamp(p.PTS)
	if len(m.cluster) > 0 && (p.Key || t-m.start >= clusterDuration || len(m.cluster) >= clusterBytes) {
		if err := m.flush(); err != nil {
			return err
		}
	}
	if len(m.cluster) == 0 {
		m.start, m.keyInside = t, p.Key
		m.cluster = appendUint(m.cluster, idTimestamp, uint64(t))
	}
	flags := byte(0)
	if p.Key {
		flags = 0x80
	}
	rel := t - m.start
	m.cluster = appendSize(appendID(m.cluster, idSimpleBlock), uint64(4+len(rest)))
	m.cluster = append(m.cluster, 0x81, byte(rel>>8), byte(rel), flags)
	m.cluster = append(m.cluster, rest...)
	m.end = m.timestamp(p.PTS + 1)
	return nil
}

// flush writes the open cluster.
func (m *matroskaWriter) flush() error {
	if len(m.cluster) == 0 {
		return nil
	}
	if m.keyInside {
		m.cues = append(m.cues, cue{m.start, m.written - m.segment})
	}
	m.scratch = appendSize(appendID(m.scratch[:0], idCluster), uint64(len(m.cluster)))
	if err := m.write(m.scratch); err != nil {
		return err
	}
	err := m.write(m.cluster)
	m.cluster = m.cluster[:0]
	return err
}

// Close writes the last cluster, then index, duration and sizes if the file can seek.
func (m *matroskaWriter) Close() error {
	if err := m.flush(); err != nil {
		return err
	}
	s, ok := m.w.(io.WriteSeeker)
	if !ok {
		return nil
	}
	if _, err := s.Seek(0, io.SeekCurrent); err != nil {
		return nil
	}
	cuesAt := m.written - m.segment
	seek := appendSeek(nil, idInfo, m.info)
	seek = appendSeek(seek, idTracks, m.tracks)
	if len(m.cues) > 0 {
		if err := m.write(m.appendCues(nil)); err != nil {
			return err
		}
		seek = appendSeek(seek, idCues, cuesAt)
	}
	head := appendBytes(nil, idSeekHead, seek)
	head = appendVoid(head, seekHeadBytes-len(head))
	if err := patch(s, m.segment, head); err != nil {
		return err
	}
	if err := patch(s, m.duration, appendFloat(nil, idDuration, float64(m.end))); err != nil {
		return err
	}
	return patch(s, m.segment-8, appendSize8(nil, uint64(m.written-m.segment)))
}

func appendSeek(b []byte, id uint32, position int64) []byte {
	e := appendBytes(nil, idSeekID, appendID(nil, id))
	return appendBytes(b, idSeek, appendUint(e, idSeekPosition, uint64(position)))
}

func (m *matroskaWriter) appendCues(b []byte) []byte {
	var points []byte
	for _, c := range m.cues {
		p := appendUint(nil, idCueTrack, 1)
		p = appendUint(p, idCueClusterPosition, uint64(c.position))
		p = appendBytes(appendUint(nil, idCueTime, uint64(c.timestamp)), idCueTrackPositions, p)
		points = appendBytes(points, idCuePoint, p)
	}
	return appendBytes(b, idCues, points)
}
