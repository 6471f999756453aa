package container

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// Element IDs of EBML (RFC 8794) and Matroska (RFC 9559).
const (
	idEBML               = 0x1A45DFA3
	idEBMLVersion        = 0x4286
	idEBMLReadVersion    = 0x42F7
	idEBMLMaxIDLength    = 0x42F2
	idEBMLMaxSizeLength  = 0x42F3
	idDocType            = 0x4282
	idDocTypeVersion     = 0x4287
	idDocTypeReadVersion = 0x4285
	idVoid               = 0xEC

	idSegment      = 0x18538067
	idSeekHead     = 0x114D9B74
	idSeek         = 0x4DBB
	idSeekID       = 0x53AB
	idSeekPosition = 0x53AC

	idInfo           = 0x1549A966
	idTimestampScale = 0x2AD7B1
	idDuration       = 0x4489
	idMuxingApp      = 0x4D80
	idWritingApp     = 0x5741

	idTracks          = 0x1654AE6B
	idTrackEntry      = 0xAE
	idTrackNumber     = 0xD7
	idTrackUID        = 0x73C5
	idTrackType       = 0x83
	idFlagLacing      = 0x9C
	idDefaultDuration = 0x23E383
	idCodecID         = 0x86
	idCodecPrivate    = 0x63A2
	idVideo           = 0xE0
	idPixelWidth      = 0xB0
	idPixelHeight     = 0xBA
	idDisplayWidth    = 0x54B0
	idDisplayHeight   = 0x54BA

	idColour                  = 0x55B0
	idMatrixCoefficients      = 0x55B1
	idBitsPerChannel          = 0x55B2
	idChromaSubsamplingHorz   = 0x55B3
	idChromaSubsamplingVert   = 0x55B4
	idChromaSitingHorz        = 0x55B7
	idChromaSitingVert        = 0x55B8
	idRange                   = 0x55B9
	idTransferCharacteristics = 0x55BA
	idPrimaries               = 0x55BB
	idMaxCLL                  = 0x55BC
	idMaxFALL                 = 0x55BD
	idMasteringMetadata       = 0x55D0
	idPrimaryRChromaticityX   = 0x55D1 // RX, RY, GX, GY, BX, BY, white X, white Y, luminance max, min follow one by one

	idCluster     = 0x1F43B675
	idTimestamp   = 0xE7
	idSimpleBlock = 0xA3

	idCues               = 0x1C53BB6B
	idCuePoint           = 0xBB
	idCueTime            = 0xB3
	idCueTrackPositions  = 0xB7
	idCueTrack           = 0xF7
	idCueClusterPosition = 0xF1
)

// unknownSize is an element size of eight bytes that says "not known yet".
const unknownSize = 1<<56 - 1

// appendID appends an element ID, whose length marker is part of its number.
func appendID(b []byte, id uint32) []byte {
	for s := (bits.Len32(id) - 1) / 8 * 8; s >= 0; s -= 8 {
		b = append(b, byte(id>>s))
	}
	return b
}

// appendSize appends an element size in the shortest form.
func appendSize(b []byte, n uint64) []byte {
	length := 1
	for n >= 1<<(7*length)-1 { // all ones is reserved
		length++
	}
	v := n | 1<<(7*length)
	for s := 8 * (length - 1); s >= 0; s -= 8 {
		b = append(b, byte(v>>s))
	}
	return b
}

// appendSize8 appends an element size in eight bytes, to be overwritten later.
func appendSize8(b []byte, n uint64) []byte {
	return binary.BigEndian.AppendUint64(b, n|1<<56)
}

func appendBytes(b []byte, id uint32, data []byte) []byte {
	return append(appendSize(appendID(b, id), uint64(len(data))), data...)
}

func appendString(b []byte, id uint32, s string) []byte { return appendBytes(b, id, []byte(s)) }

func appendUint(b []byte, id uint32, v uint64) []byte {
	n := max(1, (bits.Len64(v)+7)/8)
	b = appendSize(appendID(b, id), uint64(n))
	for s := 8 * (n - 1); s >= 0; s -= 8 {
		b = append(b, byte(v>>s))
	}
	return b
}

func appendFloat(b []byte, id uint32, v float64) []byte {
	return binary.BigEndian.AppendUint64(appendSize(appendID(b, id), 8), math.Float64bits(v))
}

// appendVoid appends a Void element of n bytes in all, 2 ≤ n ≤ 120.
func appendVoid(b []byte, n int) []byte {
	return append(appendSize(appendID(b, idVoid), uint64(n-2)), make([]byte, n-2)...)
}
