package bitstream

import (
	"encoding/binary"

	"github.com/grav1e/grav1e/internal/av1"
)

// metadata_type (section 6.7.1).
const (
	metadataHDRCLL      = 1
	metadataHDRMDCV     = 2
	metadataScalability = 3
	metadataITUTT35     = 4
)

// trailing is a byte of trailing bits after a whole number of bytes (section 5.3.4).
const trailing = 0x80

// MasteringDisplay is metadata_hdr_mdcv (sections 5.8.4 and 6.7.4): primaries in the
// order red, green, blue and white point in 0.16 fixed point; luminance in cd/m²,
// the maximum as 24.8, the minimum as 18.14.
type MasteringDisplay struct {
	PrimaryX, PrimaryY         [3]uint16
	WhitePointX, WhitePointY   uint16
	LuminanceMax, LuminanceMin uint32
}

// AppendMetadataHDRCLL appends a content light level OBU (section 5.8.3), values in cd/m².
func AppendMetadataHDRCLL(dst []byte, maxCLL, maxFALL uint16) []byte {
	dst = append(appendOBUHeader(dst, av1.OBUMetadata, 1+4+1), metadataHDRCLL)
	dst = binary.BigEndian.AppendUint16(dst, maxCLL)
	dst = binary.BigEndian.AppendUint16(dst, maxFALL)
	return append(dst, trailing)
}

// AppendMetadataHDRMDCV appends a mastering display colour volume OBU (section 5.8.4).
func AppendMetadataHDRMDCV(dst []byte, m *MasteringDisplay) []byte {
	dst = append(appendOBUHeader(dst, av1.OBUMetadata, 1+24+1), metadataHDRMDCV)
	for i := range m.PrimaryX {
		dst = binary.BigEndian.AppendUint16(dst, m.PrimaryX[i])
		dst = binary.BigEndian.AppendUint16(dst, m.PrimaryY[i])
	}
	dst = binary.BigEndian.AppendUint16(dst, m.WhitePointX)
	dst = binary.BigEndian.AppendUint16(dst, m.WhitePointY)
	dst = binary.BigEndian.AppendUint32(dst, m.LuminanceMax)
	dst = binary.BigEndian.AppendUint32(dst, m.LuminanceMin)
	return append(dst, trailing)
}

// ScalabilityMode is scalability_mode_idc (section 6.7.5).
type ScalabilityMode uint8

// Modes with one spatial layer.
const (
	ScalabilityL1T2 ScalabilityMode = 0
	ScalabilityL1T3 ScalabilityMode = 1
)

// AppendMetadataScalability appends a scalability OBU (section 5.8.5).
func AppendMetadataScalability(dst []byte, mode ScalabilityMode) []byte {
	return append(appendOBUHeader(dst, av1.OBUMetadata, 1+1+1), metadataScalability, byte(mode), trailing)
}

// AppendMetadataT35 appends an ITU-T T.35 OBU (section 5.8.2), for the layer of ext.
// extension is written when countryCode is 0xFF.
func AppendMetadataT35(dst []byte, ext Extension, countryCode, extension byte, payload []byte) []byte {
	size := 1 + 1 + len(payload) + 1
	if countryCode == 0xFF {
		size++
	}
	dst = append(appendLayerOBUHeader(dst, av1.OBUMetadata, ext, size), metadataITUTT35, countryCode)
	if countryCode == 0xFF {
		dst = append(dst, extension)
	}
	return append(append(dst, payload...), trailing)
}
