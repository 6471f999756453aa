#include "textflag.h"

// CDEF on 16 samples at once, two rows of 8 or four rows of 4, with a tap in the lower and its opposite in the upper half
// of a register. What is said of CdefLarge in cdef_amd64.s holds here.
//
//   SI, R9      source row, distance of rows; BX, R12, R13 the next three rows
//   DX, R8      rows wanted, their distance
//   AX, CX      distance of a tap, and the opposite one; R11 all of them
//   R10, R15    chunks of 16 samples left; working memory: the sums of up to four secondary strengths,
//               then each pair's squared errors, 32 bytes each
//   BX, CX      strength (type CdefStrength), strengths left
//   Z15, Y18    samples filtered, twice; those wanted
//   Z10         the weighted sum, Z9 and Z8 least and greatest sample
//   Z24..Z29    magnitudes of the differences to six pairs of taps, K1..K6 their signs
//   Z16, Y17    zero, eights

#define LOAD8(at, X, Y) \
	VMOVDQU     (SI)(at*1), X       \
	VINSERTI128 $1, (BX)(at*1), Y, Y

#define LOAD4(at, X, Y) \
	VMOVQ       (SI)(at*1), X       \
	VMOVHPS     (BX)(at*1), X, X    \
	VMOVQ       (R12)(at*1), X5     \
	VMOVHPS     (R13)(at*1), X5, X5 \
	VINSERTI128 $1, X5, Y, Y

// CENTRE8 and CENTRE4 load the samples that are filtered.
#define CENTRE8 \
	LEAQ        (SI)(R9*1), BX           \
	VMOVDQU     (SI), X15                \
	VINSERTI128 $1, (BX), Y15, Y15       \
	VSHUFI64X2  $0x44, Z15, Z15, Z15

#define CENTRE4 \
	LEAQ        (SI)(R9*1), BX           \
	LEAQ        (SI)(R9*2), R12          \
	LEAQ        (BX)(R9*2), R13          \
	VMOVQ       (SI), X15                \
	VMOVHPS     (BX), X15, X15           \
	VMOVQ       (R12), X5                \
	VMOVHPS     (R13), X5, X5            \
	VINSERTI128 $1, X5, Y15, Y15         \
	VSHUFI64X2  $0x44, Z15, Z15, Z15

#define RANGE \
	VPMINUW Z0, Z9, Z9 \
	VPMAXSW Z0, Z8, Z8

// DIFFERENCES leaves in absolute the magnitudes of the differences to tap i and to its opposite, in K their signs.
#define DIFFERENCES(LOAD, i, absolute, K) \
	MOVQ          (8*i)(R11), AX     \
	MOVQ          AX, CX             \
	NEGQ          CX                 \
	LOAD(AX, X0, Y0)                 \
	LOAD(CX, X1, Y1)                 \
	VINSERTI64X4  $1, Y1, Z0, Z0     \
	RANGE                            \
	VPSUBW        Z15, Z0, Z0        \
	VPABSW        Z0, absolute       \
	VPMOVW2M      Z0, K

// CONSTRAIN applies the constrain function to them; strength and shift are in Z12 and X11.
#define CONSTRAIN(absolute, K, out) \
	VPSRLW   X11, absolute, out     \
	VPSUBUSW out, Z12, out          \
	VPMINUW  absolute, out, out     \
	VPSUBW   out, Z16, K, out

#define STRENGTH \
	VPBROADCASTW 0(BX), Z12 \
	MOVWLZX      2(BX), AX  \
	VMOVD        AX, X11

// FOLD op combines the halves of a register.
#define FOLD(op, Y, Z) \
	VEXTRACTI64X4 $1, Z, Y0 \
	op            Y0, Y, Y

// ROUND adds the sum to the samples, a sixteenth of it, rounded with halves away from zero.
#define ROUND \
	VPSRAW $15, Y10, Y0    \
	VPADDW Y0, Y10, Y10    \
	VPADDW Y17, Y10, Y10   \
	VPSRAW $4, Y10, Y10    \
	VPADDW Y15, Y10, Y10

#define CLIP \
	VPMINSW Y8, Y10, Y10 \
	VPMAXSW Y9, Y10, Y10

// CHUNK adds the squared errors of 16 samples under every pair of strengths.
#define CHUNK(LOAD) \
	VMOVDQA64    Z15, Z8            \
	VMOVDQA64    Z15, Z9            \
	DIFFERENCES(LOAD, 0, Z24, K1)   \
	DIFFERENCES(LOAD, 1, Z25, K2)   \
	DIFFERENCES(LOAD, 2, Z26, K3)   \
	DIFFERENCES(LOAD, 3, Z27, K4)   \
	DIFFERENCES(LOAD, 4, Z28, K5)   \
	DIFFERENCES(LOAD, 5, Z29, K6)   \
	FOLD(VPMAXSW, Y8, Z8)           \
	FOLD(VPMINUW, Y9, Z9)           \
	MOVQ         R15, DI            \
	MOVQ         sec+56(FP), BX     \
	MOVQ         nSec+72(FP), CX    \
secondary:                              \
	VPXOR        Y10, Y10, Y10      \
	CMPW         (BX), $0           \
	JEQ          secondaryStore     \
	STRENGTH                        \
	CONSTRAIN(Z26, K3, Z10)         \
	CONSTRAIN(Z28, K5, Z1)          \
	CONSTRAIN(Z27, K4, Z2)          \
	CONSTRAIN(Z29, K6, Z3)          \
	VPADDW       Z1, Z10, Z10       \
	VPADDW       Z3, Z2, Z2         \
	VPADDW       Z10, Z10, Z10      \
	VPADDW       Z2, Z10, Z10       \
	FOLD(VPADDW, Y10, Z10)          \
secondaryStore:                         \
	VMOVDQA      Y10, (DI)          \
	ADDQ         $32, DI            \
	ADDQ         $8, BX             \
	DECQ         CX                 \
	JNE          secondary          \
	LEAQ         128(R15), R13      \
	MOVQ         pri+48(FP), BX     \
	MOVQ         nPri+64(FP), CX    \
primary:                                \
	VPXOR        Y3, Y3, Y3         \
	CMPW         (BX), $0           \
	JEQ          pairs              \
	STRENGTH                        \
	CONSTRAIN(Z24, K1, Z3)          \
	CONSTRAIN(Z25, K2, Z1)          \
	VPBROADCASTW 4(BX), Z7          \
	VPBROADCASTW 6(BX), Z6          \
	VPMULLW      Z7, Z3, Z3         \
	VPMULLW      Z6, Z1, Z1         \
	VPADDW       Z1, Z3, Z3         \
	FOLD(VPADDW, Y3, Z3)            \
pairs:                                  \
	MOVQ         R15, DI            \
	MOVQ         nSec+72(FP), R12   \
pair:                                   \
	VPADDW       (DI), Y3, Y10      \
	ROUND                           \
	CLIP                            \
	VPSUBW       Y18, Y10, Y10      \
	VPMADDWD     Y10, Y10, Y10      \
	VPADDD       (R13), Y10, Y10    \
	VMOVDQA      Y10, (R13)         \
	ADDQ         $32, R13           \
	ADDQ         $32, DI            \
	DECQ         R12                \
	JNE          pair               \
	ADDQ         $8, BX             \
	DECQ         CX                 \
	JNE          primary            \
	DECQ         R10

// BEGIN takes the arguments and clears the errors of all pairs.
#define BEGIN \
	LEAQ         work-2368(SP), R15     \
	ADDQ         $63, R15               \
	ANDQ         $~63, R15              \
	VPXORQ       Z16, Z16, Z16          \
	MOVL         $8, AX                 \
	VPBROADCASTW AX, Y17                \
	MOVQ         nPri+64(FP), CX        \
	IMULQ        nSec+72(FP), CX        \
	LEAQ         128(R15), R13          \
clear:                                      \
	VMOVDQA64    Y16, (R13)             \
	ADDQ         $32, R13               \
	DECQ         CX                     \
	JNE          clear                  \
	MOVQ         src+8(FP), SI          \
	MOVQ         stride+16(FP), R9      \
	MOVQ         want+24(FP), DX        \
	MOVQ         wantStride+32(FP), R8  \
	MOVQ         offsets+40(FP), R11    \
	MOVQ         chunks+80(FP), R10

// END adds the errors of each pair to its sum.
#define END \
	MOVQ         nPri+64(FP), CX  \
	IMULQ        nSec+72(FP), CX  \
	MOVQ         sums+0(FP), DI   \
	LEAQ         128(R15), R13    \
sum:                                  \
	VMOVDQA      (R13), X0        \
	VPADDD       16(R13), X0, X0  \
	VPSHUFD      $0x4E, X0, X1    \
	VPADDD       X1, X0, X0       \
	VPSHUFD      $0xB1, X0, X1    \
	VPADDD       X1, X0, X0       \
	VMOVD        X0, AX           \
	ADDQ         AX, (DI)         \
	ADDQ         $32, R13         \
	ADDQ         $8, DI           \
	DECQ         CX               \
	JNE          sum              \
	VZEROUPPER                    \
	RET

// func cdefTry8AVX512(sums *uint64, src *uint16, stride int, want *uint16, wantStride int, offsets *[6]int, pri, sec *CdefStrength, nPri, nSec, chunks int)
TEXT ·cdefTry8AVX512(SB), 0, $2368-88
	BEGIN
chunk:
	CENTRE8
	VMOVDQU      (DX), X0
	VINSERTI128  $1, (DX)(R8*1), Y0, Y0
	VMOVDQA64    Y0, Y18
	CHUNK(LOAD8)
	LEAQ         (SI)(R9*2), SI
	LEAQ         (DX)(R8*2), DX
	JNE          chunk
	END

// func cdefTry4AVX512(sums *uint64, src *uint16, stride int, want *uint16, wantStride int, offsets *[6]int, pri, sec *CdefStrength, nPri, nSec, chunks int)
TEXT ·cdefTry4AVX512(SB), 0, $2368-88
	BEGIN
chunk:
	CENTRE4
	LEAQ         (DX)(R8*2), CX
	VMOVQ        (DX), X0
	VMOVHPS      (DX)(R8*1), X0, X0
	VMOVQ        (CX), X5
	VMOVHPS      (CX)(R8*1), X5, X5
	VINSERTI128  $1, X5, Y0, Y0
	VMOVDQA64    Y0, Y18
	CHUNK(LOAD4)
	LEAQ         (SI)(R9*4), SI
	LEAQ         (DX)(R8*4), DX
	JNE          chunk
	END
