#include "textflag.h"

// Distance of rows of tmp, in bytes.
#define TMPSTRIDE 128

// Quadwords at even places, then those at odd ones.
DATA evenQuads<>+0(SB)/8, $0
DATA evenQuads<>+8(SB)/8, $2
DATA evenQuads<>+16(SB)/8, $4
DATA evenQuads<>+24(SB)/8, $6
DATA evenQuads<>+32(SB)/8, $1
DATA evenQuads<>+40(SB)/8, $3
DATA evenQuads<>+48(SB)/8, $5
DATA evenQuads<>+56(SB)/8, $7
GLOBL evenQuads<>(SB), RODATA|NOPTR, $64

// CONSTANTW makes all words of z the value v, CONSTANTD all dwords; AX is lost.
#define CONSTANTW(v, z) \
	MOVL         $v, AX  \
	VPBROADCASTW AX, z

#define CONSTANTD(v, z) \
	MOVL         $v, AX  \
	VPBROADCASTD AX, z

// SIXTAP is Z0 - 7 Z1 + 38 Z2 in Z0: sums of the outer, the middle and the inner pair.
#define SIXTAP \
	VPMULLW Z14, Z1, Z1 \
	VPMULLW Z15, Z2, Z2 \
	VPADDW  Z1, Z0, Z0  \
	VPADDW  Z2, Z0, Z0

// STORE32 writes the words of a and b as bytes, clipped.
#define STORE32(a, b, y, p, q) \
	VPACKUSWB     b, a, a      \
	VPERMQ        a, Z16, a    \
	VMOVDQU       y, p         \
	VEXTRACTI64X4 $1, a, q

// func halfAcrossAVX512(tmp *int16, src *uint16, srcStride, w, rows int)
TEXT ·halfAcrossAVX512(SB), NOSPLIT, $0-40
	MOVQ tmp+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ srcStride+16(FP), R8
	MOVQ rows+32(FP), R9
	CONSTANTW(-7, Z14)
	CONSTANTW(38, Z15)
	CONSTANTW(2, Z13)

acrossRow:
	XORQ CX, CX

across:
	VMOVDQU64 (SI)(CX*2), Z0
	VMOVDQU64 2(SI)(CX*2), Z1
	VMOVDQU64 4(SI)(CX*2), Z2
	VPADDW    10(SI)(CX*2), Z0, Z0
	VPADDW    8(SI)(CX*2), Z1, Z1
	VPADDW    6(SI)(CX*2), Z2, Z2
	SIXTAP
	VPADDW    Z13, Z0, Z0
	VPSRAW    $2, Z0, Z0
	VMOVDQU64 Z0, (DI)(CX*2)
	ADDQ      $32, CX
	CMPQ      CX, w+24(FP)
	JLT       across
	ADDQ      R8, SI
	ADDQ      $TMPSTRIDE, DI
	DECQ      R9
	JNZ       acrossRow
	VZEROUPPER
	RET

// func halfDownAVX512(dst0, dst1, dst2, dst3 *uint8, dstStride int, src *uint16, srcStride int, tmp *int16, w, h int)
// R14 and R15 are the samples two rows above the output, of src and tmp.
TEXT ·halfDownAVX512(SB), NOSPLIT, $0-80
	MOVQ dst0+0(FP), DI
	MOVQ dst1+8(FP), DX
	MOVQ dst2+16(FP), BX
	MOVQ dst3+24(FP), R12
	MOVQ src+40(FP), SI
	MOVQ srcStride+48(FP), R8
	MOVQ tmp+56(FP), R11
	MOVQ h+72(FP), R13
	LEAQ (R8)(R8*2), R9
	LEAQ (R8)(R8*4), R10
	CONSTANTW(-7, Z14)
	CONSTANTW(38, Z15)
	CONSTANTW(32, Z13)
	CONSTANTW(8, Z12)
	CONSTANTD(512, Z9)
	CONSTANTD(0xFFF90001, Z10)  // words 1, -7
	CONSTANTD(38, Z8)
	VMOVDQU64 evenQuads<>(SB), Z16

downRow:
	XORQ AX, AX

down:
	LEAQ (SI)(AX*2), R14
	LEAQ (R11)(AX*2), R15

	VMOVDQU64 (R14)(R8*2), Z2
	VMOVDQA64 Z2, Z3
	VMOVDQU64 (R14), Z0
	VMOVDQU64 (R14)(R8*1), Z1
	VPADDW    (R14)(R10*1), Z0, Z0
	VPADDW    (R14)(R8*4), Z1, Z1
	VPADDW    (R14)(R9*1), Z2, Z2
	SIXTAP
	VPADDW    Z13, Z0, Z0
	VPSRAW    $6, Z0, Z0
	STORE32(Z3, Z0, Y3, (DI)(AX*1), (BX)(AX*1))

	VMOVDQU64  (2*TMPSTRIDE)(R15), Z2
	VPADDW     Z12, Z2, Z3
	VPSRAW     $4, Z3, Z3
	VMOVDQU64  (R15), Z0
	VMOVDQU64  TMPSTRIDE(R15), Z1
	VPADDW     (5*TMPSTRIDE)(R15), Z0, Z0
	VPADDW     (4*TMPSTRIDE)(R15), Z1, Z1
	VPADDW     (3*TMPSTRIDE)(R15), Z2, Z2
	VMOVDQA64  Z9, Z4
	VMOVDQA64  Z9, Z5
	VPUNPCKLWD Z1, Z0, Z6
	VPUNPCKHWD Z1, Z0, Z7
	VPUNPCKLWD Z2, Z2, Z0
	VPUNPCKHWD Z2, Z2, Z1
	VPDPWSSD   Z10, Z6, Z4
	VPDPWSSD   Z10, Z7, Z5
	VPDPWSSD   Z8, Z0, Z4
	VPDPWSSD   Z8, Z1, Z5
	VPSRAD     $10, Z4, Z4
	VPSRAD     $10, Z5, Z5
	VPACKSSDW  Z5, Z4, Z4
	STORE32(Z3, Z4, Y3, (DX)(AX*1), (R12)(AX*1))
	ADDQ       $32, AX
	CMPQ       AX, w+64(FP)
	JLT        down
	ADDQ       dstStride+32(FP), DI
	ADDQ       dstStride+32(FP), DX
	ADDQ       dstStride+32(FP), BX
	ADDQ       dstStride+32(FP), R12
	ADDQ       R8, SI
	ADDQ       $TMPSTRIDE, R11
	DECQ       R13
	JNZ        downRow
	VZEROUPPER
	RET
