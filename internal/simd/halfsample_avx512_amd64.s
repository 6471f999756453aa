#include "textflag.h"

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

// SIXTAP is a - 7 b + 38 c in a: sums of the outer, the middle and the inner pair.
#define SIXTAP(a, b, c) \
	VPMULLW Z6, b, b    \
	VPMULLW Z7, c, c    \
	VPADDW  b, a, a     \
	VPADDW  c, a, a

// STORE32 writes the words of a and b as bytes, clipped.
#define STORE32(a, b, y, p, q) \
	VPACKUSWB     b, a, a      \
	VPERMQ        a, Z14, a    \
	VMOVDQU       y, p         \
	VEXTRACTI64X4 $1, a, q

// NEXT loads a row to Z21 and filters it across to Z27.
#define NEXT \
	VMOVDQU64 (SI), Z0         \
	VMOVDQU64 2(SI), Z1        \
	VMOVDQU64 4(SI), Z21       \
	VPADDW    10(SI), Z0, Z0   \
	VPADDW    8(SI), Z1, Z1    \
	VPADDW    6(SI), Z21, Z2   \
	SIXTAP(Z0, Z1, Z2)         \
	VPADDW    Z8, Z0, Z0       \
	VPSRAW    $2, Z0, Z27      \
	ADDQ      R8, SI

// MOVEUP makes the second of six rows the first, and so on.
#define MOVEUP \
	VMOVDQA64 Z17, Z16         \
	VMOVDQA64 Z18, Z17         \
	VMOVDQA64 Z19, Z18         \
	VMOVDQA64 Z20, Z19         \
	VMOVDQA64 Z21, Z20         \
	VMOVDQA64 Z23, Z22         \
	VMOVDQA64 Z24, Z23         \
	VMOVDQA64 Z25, Z24         \
	VMOVDQA64 Z26, Z25         \
	VMOVDQA64 Z27, Z26

// func halfPlanesStripsAVX512(dst0, dst1, dst2, dst3 *uint8, dstStride int, src *uint16, srcStride, w, h int)
// Strips of 32 columns from top to bottom: Z16 to Z21 are the six rows around the output, Z22 to Z27 the same
// filtered across. R14 is the offset of the output.
TEXT ·halfPlanesStripsAVX512(SB), NOSPLIT, $0-72
	MOVQ dst0+0(FP), DI
	MOVQ dst1+8(FP), DX
	MOVQ dst2+16(FP), BX
	MOVQ dst3+24(FP), R12
	MOVQ dstStride+32(FP), R9
	MOVQ srcStride+48(FP), R8
	MOVQ w+56(FP), R10
	CONSTANTW(-7, Z6)
	CONSTANTW(38, Z7)
	CONSTANTW(2, Z8)
	CONSTANTW(32, Z9)
	CONSTANTW(8, Z10)
	CONSTANTD(512, Z11)
	CONSTANTD(0xFFF90001, Z12)  // words 1, -7
	CONSTANTD(38, Z13)
	VMOVDQU64 evenQuads<>(SB), Z14

strip:
	MOVQ src+40(FP), SI
	MOVQ h+64(FP), R13
	XORL R14, R14
	MOVL $5, CX

above:
	NEXT
	MOVEUP
	DECL CX
	JNZ  above

row:
	NEXT
	VPADDW Z21, Z16, Z0
	VPADDW Z20, Z17, Z1
	VPADDW Z19, Z18, Z2
	SIXTAP(Z0, Z1, Z2)
	VPADDW Z9, Z0, Z0
	VPSRAW $6, Z0, Z0
	VMOVDQA64 Z18, Z1
	STORE32(Z1, Z0, Y1, (DI)(R14*1), (BX)(R14*1))

	VPADDW     Z27, Z22, Z0
	VPADDW     Z26, Z23, Z1
	VPADDW     Z25, Z24, Z2
	VMOVDQA64  Z11, Z4
	VMOVDQA64  Z11, Z5
	VPUNPCKLWD Z1, Z0, Z3
	VPUNPCKHWD Z1, Z0, Z0
	VPUNPCKLWD Z2, Z2, Z1
	VPUNPCKHWD Z2, Z2, Z2
	VPDPWSSD   Z12, Z3, Z4
	VPDPWSSD   Z12, Z0, Z5
	VPDPWSSD   Z13, Z1, Z4
	VPDPWSSD   Z13, Z2, Z5
	VPSRAD     $10, Z4, Z4
	VPSRAD     $10, Z5, Z5
	VPACKSSDW  Z5, Z4, Z4
	VPADDW     Z10, Z24, Z3
	VPSRAW     $4, Z3, Z3
	STORE32(Z3, Z4, Y3, (DX)(R14*1), (R12)(R14*1))
	MOVEUP
	ADDQ R9, R14
	DECQ R13
	JNZ  row

	ADDQ $64, src+40(FP)
	ADDQ $32, DI
	ADDQ $32, DX
	ADDQ $32, BX
	ADDQ $32, R12
	SUBQ $32, R10
	JNZ  strip
	VZEROUPPER
	RET
