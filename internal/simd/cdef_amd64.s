#include "textflag.h"

// CDEF on 16-bit samples, 16 at once: two rows of 8 or four rows of 4. Samples that are not available
// are CdefLarge, 0x8000: the least signed, the greatest unsigned value, so that the signed maximum and
// the unsigned minimum pass over them.
//
// Registers of the filters:
//   DI, R8      destination, distance of its rows; DX three times that
//   SI, R9      source row, distance of rows; BX, R12, R13 the next three rows
//   R10, R11    rows left, the taps (type cdefTaps)
//   AX, CX      distance of a tap, and the opposite one
//   Y15         samples filtered, Y10 the weighted sum, Y9 and Y8 least and greatest sample
//   Y14, X13    primary strength and shift, Y7 and Y6 weights
//   Y12, X11    secondary strength and shift

#define LOAD8(at, X, Y) \
	VMOVDQU     (SI)(at*1), X       \
	VINSERTI128 $1, (BX)(at*1), Y, Y

#define LOAD4(at, X, Y) \
	VMOVQ       (SI)(at*1), X       \
	VMOVHPS     (BX)(at*1), X, X    \
	VMOVQ       (R12)(at*1), X5     \
	VMOVHPS     (R13)(at*1), X5, X5 \
	VINSERTI128 $1, X5, Y, Y

#define RANGE \
	VPMINUW Y0, Y9, Y9 \
	VPMAXSW Y0, Y8, Y8 \
	VPMINUW Y1, Y9, Y9 \
	VPMAXSW Y1, Y8, Y8

#define NORANGE

// PAIR leaves in Y4 the sum of the constrained differences to a tap and to its opposite.
#define PAIR(LOAD, i, strength, shift, MINMAX) \
	MOVQ     (8*i)(R11), AX   \
	MOVQ     AX, CX           \
	NEGQ     CX               \
	LOAD(AX, X0, Y0)          \
	LOAD(CX, X1, Y1)          \
	MINMAX                    \
	VPSUBW   Y15, Y0, Y0      \
	VPSUBW   Y15, Y1, Y1      \
	VPABSW   Y0, Y2           \
	VPABSW   Y1, Y3           \
	VPSRLW   shift, Y2, Y4    \
	VPSRLW   shift, Y3, Y5    \
	VPSUBUSW Y4, strength, Y4 \
	VPSUBUSW Y5, strength, Y5 \
	VPMINUW  Y2, Y4, Y4       \
	VPMINUW  Y3, Y5, Y5       \
	VPSIGNW  Y0, Y4, Y4       \
	VPSIGNW  Y1, Y5, Y5       \
	VPADDW   Y5, Y4, Y4

#define PRIMARY(LOAD, MINMAX) \
	PAIR(LOAD, 0, Y14, X13, MINMAX) \
	VPMULLW Y7, Y4, Y10             \
	PAIR(LOAD, 1, Y14, X13, MINMAX) \
	VPMULLW Y6, Y4, Y4              \
	VPADDW  Y4, Y10, Y10

#define SECONDARY(LOAD, MINMAX) \
	PAIR(LOAD, 3, Y12, X11, MINMAX) \
	VPADDW  Y4, Y10, Y10            \
	PAIR(LOAD, 5, Y12, X11, MINMAX) \
	VPADDW  Y4, Y10, Y10            \
	PAIR(LOAD, 2, Y12, X11, MINMAX) \
	VPADDW  Y4, Y4, Y4              \
	VPADDW  Y4, Y10, Y10            \
	PAIR(LOAD, 4, Y12, X11, MINMAX) \
	VPADDW  Y4, Y4, Y4              \
	VPADDW  Y4, Y10, Y10

#define BOTH(LOAD) \
	VMOVDQA Y15, Y8        \
	VMOVDQA Y15, Y9        \
	PRIMARY(LOAD, RANGE)   \
	SECONDARY(LOAD, RANGE)

#define ONLYPRIMARY(LOAD) \
	PRIMARY(LOAD, NORANGE)

#define ONLYSECONDARY(LOAD) \
	VPXOR   Y10, Y10, Y10    \
	SECONDARY(LOAD, NORANGE)

// ROUND adds the sum to the samples, a sixteenth of it, rounded with halves away from zero.
#define ROUND \
	VPSRAW $15, Y10, Y0             \
	VPADDW Y0, Y10, Y10             \
	VPADDW eights<>(SB), Y10, Y10   \
	VPSRAW $4, Y10, Y10             \
	VPADDW Y15, Y10, Y10

#define CLIP \
	VPMINSW Y8, Y10, Y10 \
	VPMAXSW Y9, Y10, Y10

#define NOCLIP

#define ROWS8(loop, TAPS, LIMIT) \
loop:                                     \
	LEAQ         (SI)(R9*1), BX       \
	VMOVDQU      (SI), X15            \
	VINSERTI128  $1, (BX), Y15, Y15   \
	TAPS(LOAD8)                       \
	ROUND                             \
	LIMIT                             \
	VMOVDQU      X10, (DI)            \
	VEXTRACTI128 $1, Y10, (DI)(R8*1)  \
	LEAQ         (SI)(R9*2), SI       \
	LEAQ         (DI)(R8*2), DI       \
	SUBQ         $2, R10              \
	JG           loop                 \
	VZEROUPPER                        \
	RET

#define ROWS4(loop, TAPS, LIMIT) \
loop:                                     \
	LEAQ         (SI)(R9*1), BX       \
	LEAQ         (SI)(R9*2), R12      \
	LEAQ         (BX)(R9*2), R13      \
	VMOVQ        (SI), X15            \
	VMOVHPS      (BX), X15, X15       \
	VMOVQ        (R12), X5            \
	VMOVHPS      (R13), X5, X5        \
	VINSERTI128  $1, X5, Y15, Y15     \
	TAPS(LOAD4)                       \
	ROUND                             \
	LIMIT                             \
	VEXTRACTI128 $1, Y10, X0          \
	VMOVQ        X10, (DI)            \
	VMOVHPS      X10, (DI)(R8*1)      \
	VMOVQ        X0, (DI)(R8*2)       \
	VMOVHPS      X0, (DI)(DX*1)       \
	LEAQ         (SI)(R9*4), SI       \
	LEAQ         (DI)(R8*4), DI       \
	SUBQ         $4, R10              \
	JG           loop                 \
	VZEROUPPER                        \
	RET

#define ARGUMENTS \
	MOVQ         dst+0(FP), DI       \
	MOVQ         dstStride+8(FP), R8 \
	MOVQ         src+16(FP), SI      \
	MOVQ         stride+24(FP), R9   \
	MOVQ         rows+32(FP), R10    \
	MOVQ         t+40(FP), R11       \
	VPBROADCASTW 48(R11), Y14        \
	VPBROADCASTW 50(R11), Y12        \
	VPBROADCASTW 52(R11), Y7         \
	VPBROADCASTW 54(R11), Y6         \
	VMOVQ        56(R11), X13        \
	VMOVQ        64(R11), X11        \
	LEAQ         (R8)(R8*2), DX      \
	CMPW         48(R11), $0         \
	JEQ          secondary           \
	CMPW         50(R11), $0         \
	JEQ          primary

// The trials keep 512 bytes for each chunk of 16 samples: differences to twelve taps, the samples, the least and greatest,
// and those wanted; then 128 for each secondary strength and for the primary one, the sums of four chunks.
//   R15        all of that, on a multiple of 32
//   DX         a chunk's part, DI of the sums of a secondary strength, SI of those of the primary one
//   R10, R11   chunks left, all chunks (first: the distances of the taps)
//   BX, CX     strength (type CdefStrength), strengths left

#define DIFFERENCES(LOAD, i) \
	MOVQ    (8*i)(R11), AX         \
	MOVQ    AX, CX                 \
	NEGQ    CX                     \
	LOAD(AX, X0, Y0)               \
	LOAD(CX, X1, Y1)               \
	RANGE                          \
	VPSUBW  Y15, Y0, Y0            \
	VPSUBW  Y15, Y1, Y1            \
	VMOVDQA Y0, (64*i)(DX)         \
	VMOVDQA Y1, (64*i+32)(DX)

#define CHUNK(LOAD) \
	VMOVDQA Y15, Y8                \
	VMOVDQA Y15, Y9                \
	DIFFERENCES(LOAD, 0)           \
	DIFFERENCES(LOAD, 1)           \
	DIFFERENCES(LOAD, 2)           \
	DIFFERENCES(LOAD, 3)           \
	DIFFERENCES(LOAD, 4)           \
	DIFFERENCES(LOAD, 5)           \
	VMOVDQA Y15, 384(DX)           \
	VMOVDQA Y9, 416(DX)            \
	VMOVDQA Y8, 448(DX)            \
	ADDQ    $512, DX               \
	DECQ    R10

// TERM adds to sum a constrained difference; strength and shift are in Y12 and X11.
#define TERM(i, sum) \
	VMOVDQA  (32*i)(DX), Y0 \
	VPABSW   Y0, Y1         \
	VPSRLW   X11, Y1, Y2    \
	VPSUBUSW Y2, Y12, Y2    \
	VPMINUW  Y1, Y2, Y2     \
	VPSIGNW  Y0, Y2, Y2     \
	VPADDW   Y2, sum, sum

#define TRYARGUMENTS \
	LEAQ  work-2720(SP), R15       \
	ADDQ  $31, R15                 \
	ANDQ  $~31, R15                \
	MOVQ  src+8(FP), SI            \
	MOVQ  stride+16(FP), R9        \
	MOVQ  want+24(FP), DI          \
	MOVQ  wantStride+32(FP), R8    \
	MOVQ  offsets+40(FP), R11      \
	MOVQ  chunks+80(FP), R10       \
	MOVQ  R15, DX

// TRY measures every pair of strengths on the chunks.
#define TRY \
	LEAQ         2048(R15), DI       \
	MOVQ         chunks+80(FP), R11  \
	MOVQ         sec+56(FP), BX      \
	MOVQ         nSec+72(FP), CX     \
secondary:                               \
	VPBROADCASTW 0(BX), Y12          \
	MOVWLZX      2(BX), AX           \
	VMOVD        AX, X11             \
	MOVQ         R11, R10            \
	MOVQ         R15, DX             \
secondaryChunk:                          \
	VPXOR        Y3, Y3, Y3          \
	CMPW         (BX), $0            \
	JEQ          secondaryStore      \
	VPXOR        Y4, Y4, Y4          \
	TERM(4, Y3)                      \
	TERM(5, Y3)                      \
	TERM(8, Y3)                      \
	TERM(9, Y3)                      \
	TERM(6, Y4)                      \
	TERM(7, Y4)                      \
	TERM(10, Y4)                     \
	TERM(11, Y4)                     \
	VPADDW       Y3, Y3, Y3          \
	VPADDW       Y4, Y3, Y3          \
secondaryStore:                          \
	VMOVDQA      Y3, (DI)            \
	ADDQ         $512, DX            \
	ADDQ         $32, DI             \
	DECQ         R10                 \
	JNE          secondaryChunk      \
	MOVQ         R11, AX             \
	SHLQ         $5, AX              \
	SUBQ         AX, DI              \
	ADDQ         $128, DI            \
	ADDQ         $8, BX              \
	DECQ         CX                  \
	JNE          secondary           \
	MOVQ         sums+0(FP), R9      \
	MOVQ         pri+48(FP), BX      \
	MOVQ         nPri+64(FP), CX     \
primary:                                 \
	VPBROADCASTW 0(BX), Y12          \
	MOVWLZX      2(BX), AX           \
	VMOVD        AX, X11             \
	VPBROADCASTW 4(BX), Y7           \
	VPBROADCASTW 6(BX), Y6           \
	MOVQ         R11, R10            \
	MOVQ         R15, DX             \
	LEAQ         2560(R15), SI       \
primaryChunk:                            \
	VPXOR        Y3, Y3, Y3          \
	CMPW         (BX), $0            \
	JEQ          primaryStore        \
	VPXOR        Y4, Y4, Y4          \
	TERM(0, Y3)                      \
	TERM(1, Y3)                      \
	TERM(2, Y4)                      \
	TERM(3, Y4)                      \
	VPMULLW      Y7, Y3, Y3          \
	VPMULLW      Y6, Y4, Y4          \
	VPADDW       Y4, Y3, Y3          \
primaryStore:                            \
	VMOVDQA      Y3, (SI)            \
	ADDQ         $512, DX            \
	ADDQ         $32, SI             \
	DECQ         R10                 \
	JNE          primaryChunk        \
	LEAQ         2048(R15), DI       \
	MOVQ         nSec+72(FP), R12    \
pair:                                    \
	VPXOR        Y5, Y5, Y5          \
	MOVQ         R11, R10            \
	MOVQ         R15, DX             \
	LEAQ         2560(R15), SI       \
	XORL         R8, R8              \
pairChunk:                               \
	VMOVDQA      (SI)(R8*1), Y10     \
	VPADDW       (DI)(R8*1), Y10, Y10 \
	VMOVDQA      384(DX), Y15        \
	ROUND                            \
	VPMINSW      448(DX), Y10, Y10   \
	VPMAXSW      416(DX), Y10, Y10   \
	VPSUBW       480(DX), Y10, Y10   \
	VPMADDWD     Y10, Y10, Y10       \
	VPADDD       Y10, Y5, Y5         \
	ADDQ         $512, DX            \
	ADDQ         $32, R8             \
	DECQ         R10                 \
	JNE          pairChunk           \
	VEXTRACTI128 $1, Y5, X0          \
	VPADDD       X0, X5, X5          \
	VPSHUFD      $0x4E, X5, X0       \
	VPADDD       X0, X5, X5          \
	VPSHUFD      $0xB1, X5, X0       \
	VPADDD       X0, X5, X5          \
	VMOVD        X5, AX              \
	ADDQ         AX, (R9)            \
	ADDQ         $8, R9              \
	ADDQ         $128, DI            \
	DECQ         R12                 \
	JNE          pair                \
	ADDQ         $8, BX              \
	DECQ         CX                  \
	JNE          primary             \
	VZEROUPPER                       \
	RET

// func cdefFilter8(dst *uint16, dstStride int, src *uint16, stride, rows int, t *cdefTaps)
TEXT ·cdefFilter8(SB), NOSPLIT, $0-48
	ARGUMENTS
	ROWS8(both, BOTH, CLIP)
primary:
	ROWS8(primaryRows, ONLYPRIMARY, NOCLIP)
secondary:
	ROWS8(secondaryRows, ONLYSECONDARY, NOCLIP)

// func cdefFilter4(dst *uint16, dstStride int, src *uint16, stride, rows int, t *cdefTaps)
TEXT ·cdefFilter4(SB), NOSPLIT, $0-48
	ARGUMENTS
	ROWS4(both, BOTH, CLIP)
primary:
	ROWS4(primaryRows, ONLYPRIMARY, NOCLIP)
secondary:
	ROWS4(secondaryRows, ONLYSECONDARY, NOCLIP)

// func cdefTry8(sums *uint64, src *uint16, stride int, want *uint16, wantStride int, offsets *[6]int, pri, sec *CdefStrength, nPri, nSec, chunks int)
TEXT ·cdefTry8(SB), 0, $2720-88
	TRYARGUMENTS
chunk:
	LEAQ        (SI)(R9*1), BX
	VMOVDQU     (SI), X15
	VINSERTI128 $1, (BX), Y15, Y15
	VMOVDQU     (DI), X0
	VINSERTI128 $1, (DI)(R8*1), Y0, Y0
	VMOVDQA     Y0, 480(DX)
	CHUNK(LOAD8)
	LEAQ        (SI)(R9*2), SI
	LEAQ        (DI)(R8*2), DI
	JNE         chunk
	TRY

// func cdefTry4(sums *uint64, src *uint16, stride int, want *uint16, wantStride int, offsets *[6]int, pri, sec *CdefStrength, nPri, nSec, chunks int)
TEXT ·cdefTry4(SB), 0, $2720-88
	TRYARGUMENTS
chunk:
	LEAQ        (SI)(R9*1), BX
	LEAQ        (SI)(R9*2), R12
	LEAQ        (BX)(R9*2), R13
	VMOVQ       (SI), X15
	VMOVHPS     (BX), X15, X15
	VMOVQ       (R12), X5
	VMOVHPS     (R13), X5, X5
	VINSERTI128 $1, X5, Y15, Y15
	LEAQ        (DI)(R8*2), CX
	VMOVQ       (DI), X0
	VMOVHPS     (DI)(R8*1), X0, X0
	VMOVQ       (CX), X5
	VMOVHPS     (CX)(R8*1), X5, X5
	VINSERTI128 $1, X5, Y0, Y0
	VMOVDQA     Y0, 480(DX)
	CHUNK(LOAD4)
	LEAQ        (SI)(R9*4), SI
	LEAQ        (DI)(R8*4), DI
	JNE         chunk
	TRY

// The direction search. Lines of two directions are summed at once, one in each half of a register:
// Ys has row s in its lower and row 7-s in its upper half. Moved left by s samples and summed, the
// halves are the lines of directions 0 and 4, the latter from the last line to the first; the rows moved
// right by 8-s are those that did not fit. Directions 1 and 3 use sums of pairs of columns, 7 and 5 those of pairs of rows.

// LINES multiplies the squares of lines, lo the first eight, hi the others moved to their mirror images, by the weights.
#define LINES(lo, hi, w0, w1, t, out) \
	VPUNPCKLWD hi, lo, t    \
	VPUNPCKHWD hi, lo, out  \
	VPMADDWD   t, t, t      \
	VPMADDWD   out, out, out \
	VPMULLD    w0, t, t     \
	VPMULLD    w1, out, out \
	VPADDD     t, out, out

// SHIFTED adds row moved left by s samples to lo, what falls out to hi.
#define SHIFTED(row, s, t, lo, hi) \
	VPSLLDQ $(2*s), row, t    \
	VPADDW  t, lo, lo         \
	VPSRLDQ $(16-2*s), row, t \
	VPADDW  t, hi, hi

// func cdefFindDirection(src *uint16, stride int, coeffShift uint64) (dir, variance int)
TEXT ·cdefFindDirection(SB), NOSPLIT, $32-40
	MOVQ        src+0(FP), SI
	MOVQ        stride+8(FP), R9
	VMOVQ       coeffShift+16(FP), X15
	LEAQ        (R9)(R9*2), R10
	LEAQ        (SI)(R9*4), DI
	VPBROADCASTW middle<>(SB), Y14

#define ROWPAIR(a, b, X, Y) \
	VMOVDQU     a, X         \
	VINSERTI128 $1, b, Y, Y  \
	VPSRLW      X15, Y, Y    \
	VPSUBW      Y14, Y, Y

	ROWPAIR((SI), (DI)(R10*1), X0, Y0)
	ROWPAIR((SI)(R9*1), (DI)(R9*2), X1, Y1)
	ROWPAIR((SI)(R9*2), (DI)(R9*1), X2, Y2)
	ROWPAIR((SI)(R10*1), (DI), X3, Y3)
	VPERM2I128 $1, Y3, Y3, Y4
	VPERM2I128 $1, Y2, Y2, Y5
	VPERM2I128 $1, Y1, Y1, Y6
	VPERM2I128 $1, Y0, Y0, Y7

	// Directions 0 and 4.
	VPSLLDQ $2, Y1, Y8
	VPADDW  Y0, Y8, Y8
	VPSRLDQ $14, Y1, Y9
	SHIFTED(Y2, 2, Y10, Y8, Y9)
	SHIFTED(Y3, 3, Y10, Y8, Y9)
	SHIFTED(Y4, 4, Y10, Y8, Y9)
	SHIFTED(Y5, 5, Y10, Y8, Y9)
	SHIFTED(Y6, 6, Y10, Y8, Y9)
	SHIFTED(Y7, 7, Y10, Y8, Y9)
	VPSHUFB mirror15<>(SB), Y9, Y9
	LINES(Y8, Y9, weights15<>+0(SB), weights15<>+32(SB), Y10, Y11)

	// Rows and columns, directions 2 and 6.
	VPHADDW Y1, Y0, Y8
	VPHADDW Y3, Y2, Y9
	VPHADDW Y5, Y4, Y10
	VPHADDW Y7, Y6, Y12
	VPHADDW Y9, Y8, Y13
	VPHADDW Y12, Y10, Y15
	VPHADDW Y15, Y13, Y13
	VPADDW  Y1, Y0, Y0        // pairs of rows, from here on
	VPADDW  Y3, Y2, Y1
	VPADDW  Y5, Y4, Y2
	VPADDW  Y7, Y6, Y3
	VPADDW  Y1, Y0, Y4
	VPADDW  Y3, Y2, Y5
	VPADDW  Y5, Y4, Y4
	VPBLENDD $0xF0, Y4, Y13, Y13
	VPMADDWD Y13, Y13, Y13
	VPMULLD  weights11<>+32(SB), Y13, Y13

	// Directions 1 and 3: Y8, Y9, Y10, Y12 have pairs of columns of two rows, an even and an odd one.
	VPXOR   Y15, Y15, Y15
	VPUNPCKLQDQ Y15, Y8, Y4   // row 0
	VPSRLDQ $8, Y8, Y5
	VPSLLDQ $2, Y5, Y5        // row 1
	VPADDW  Y5, Y4, Y4
	VPUNPCKLQDQ Y15, Y9, Y5
	VPSLLDQ $4, Y5, Y5        // row 2
	VPADDW  Y5, Y4, Y4
	VPSRLDQ $8, Y9, Y5
	VPSLLDQ $6, Y5, Y5        // row 3
	VPADDW  Y5, Y4, Y4
	VPSLLDQ $8, Y10, Y5       // row 4
	VPADDW  Y5, Y4, Y4
	VPSRLDQ $8, Y10, Y6       // row 5
	VPSLLDQ $10, Y6, Y5
	VPADDW  Y5, Y4, Y4
	VPSRLDQ $6, Y6, Y6
	VPUNPCKLQDQ Y15, Y12, Y7  // row 6
	VPSLLDQ $12, Y7, Y5
	VPADDW  Y5, Y4, Y4
	VPSRLDQ $4, Y7, Y5
	VPADDW  Y5, Y6, Y6
	VPSRLDQ $8, Y12, Y7       // row 7
	VPSLLDQ $14, Y7, Y5
	VPADDW  Y5, Y4, Y4
	VPSRLDQ $2, Y7, Y5
	VPADDW  Y5, Y6, Y6
	VPSHUFB mirror11<>(SB), Y6, Y6
	LINES(Y4, Y6, weights11<>+0(SB), weights11<>+32(SB), Y5, Y12)

	// Directions 7 and 5.
	VPSLLDQ $2, Y1, Y8
	VPADDW  Y0, Y8, Y8
	VPSRLDQ $14, Y1, Y9
	SHIFTED(Y2, 2, Y10, Y8, Y9)
	SHIFTED(Y3, 3, Y10, Y8, Y9)
	VPSHUFB mirror11<>(SB), Y9, Y9
	LINES(Y8, Y9, weights11<>+0(SB), weights11<>+32(SB), Y5, Y7)

	VPHADDD Y12, Y11, Y0      // 0 0 1 1, 4 4 3 3
	VPHADDD Y7, Y13, Y1       // 2 2 7 7, 6 6 5 5
	VPHADDD Y1, Y0, Y0        // 0 1 2 7, 4 3 6 5
	VMOVDQU order<>(SB), Y1
	VPERMD  Y0, Y1, Y0
	VMOVDQU Y0, costs-32(SP)
	VEXTRACTI128 $1, Y0, X1
	VPMAXSD X1, X0, X1
	VPSHUFD $0x4E, X1, X2
	VPMAXSD X2, X1, X1
	VPSHUFD $0xB1, X1, X2
	VPMAXSD X2, X1, X1
	VPBROADCASTD X1, Y2
	VPCMPEQD Y2, Y0, Y0
	VMOVMSKPS Y0, AX
	BSFL    AX, AX
	MOVQ    AX, dir+24(FP)
	XORQ    $4, AX
	MOVL    costs-32(SP)(AX*4), BX
	VMOVD   X1, CX
	SUBL    BX, CX
	SHRL    $10, CX
	MOVQ    CX, variance+32(FP)
	VZEROUPPER
	RET

// func sse4(a *uint16, aStride int, b *uint16, bStride, h int) uint64
TEXT ·sse4(SB), NOSPLIT, $0-48
	MOVQ  a+0(FP), SI
	MOVQ  aStride+8(FP), R8
	MOVQ  b+16(FP), DI
	MOVQ  bStride+24(FP), R9
	MOVQ  h+32(FP), R10
	LEAQ  (R8)(R8*2), R11
	LEAQ  (R9)(R9*2), R12
	VPXOR Y4, Y4, Y4
rows:
	VMOVQ       (SI), X0
	VMOVHPS     (SI)(R8*1), X0, X0
	VMOVQ       (SI)(R8*2), X1
	VMOVHPS     (SI)(R11*1), X1, X1
	VMOVQ       (DI), X2
	VMOVHPS     (DI)(R9*1), X2, X2
	VMOVQ       (DI)(R9*2), X3
	VMOVHPS     (DI)(R12*1), X3, X3
	VPSUBW      X2, X0, X0
	VPSUBW      X3, X1, X1
	VPMADDWD    X0, X0, X0
	VPMADDWD    X1, X1, X1
	VPADDD      X0, X4, X4
	VPADDD      X1, X4, X4
	LEAQ        (SI)(R8*4), SI
	LEAQ        (DI)(R9*4), DI
	SUBQ        $4, R10
	JG          rows
	VPMOVZXDQ   X4, Y0
	JMP         sseEnd<>(SB)

// sseEnd returns the sum of the four parts of Y0.
TEXT sseEnd<>(SB), NOSPLIT, $0-48
	VEXTRACTI128 $1, Y0, X1
	VPADDQ       X1, X0, X0
	VPSRLDQ      $8, X0, X1
	VPADDQ       X1, X0, X0
	VMOVQ        X0, ret+40(FP)
	VZEROUPPER
	RET

// WIDEN leaves in Y0 the four sums of pairs of parts of Y4.
#define WIDEN \
	VPSRLQ $32, Y4, Y1          \
	VPAND  low<>(SB), Y4, Y0    \
	VPADDQ Y1, Y0, Y0

// func sse8(a *uint16, aStride int, b *uint16, bStride, h int) uint64
TEXT ·sse8(SB), NOSPLIT, $0-48
	MOVQ  a+0(FP), SI
	MOVQ  aStride+8(FP), R8
	MOVQ  b+16(FP), DI
	MOVQ  bStride+24(FP), R9
	MOVQ  h+32(FP), R10
	VPXOR Y4, Y4, Y4
rows:
	VMOVDQU     (SI), X0
	VINSERTI128 $1, (SI)(R8*1), Y0, Y0
	VMOVDQU     (DI), X1
	VINSERTI128 $1, (DI)(R9*1), Y1, Y1
	VPSUBW      Y1, Y0, Y0
	VPMADDWD    Y0, Y0, Y0
	VPADDD      Y0, Y4, Y4
	LEAQ        (SI)(R8*2), SI
	LEAQ        (DI)(R9*2), DI
	SUBQ        $2, R10
	JG          rows
	WIDEN
	JMP         sseEnd<>(SB)

// func sseAny(a *uint16, aStride int, b *uint16, bStride, w, h int) uint64
TEXT ·sseAny(SB), NOSPLIT, $0-56
	MOVQ  a+0(FP), SI
	MOVQ  aStride+8(FP), R8
	MOVQ  b+16(FP), DI
	MOVQ  bStride+24(FP), R9
	MOVQ  w+32(FP), R11
	MOVQ  h+40(FP), R10
	MOVQ  R11, DX
	ANDQ  $15, DX             // columns after the last whole 16
	SUBQ  DX, R11
	ADDQ  R11, R11
	LEAQ  first<>+32(SB), AX
	ADDQ  DX, DX
	SUBQ  DX, AX
	VMOVDQU (AX), Y6          // those columns
	VPXOR Y5, Y5, Y5
rows:
	VPXOR Y4, Y4, Y4
	XORL  CX, CX
	CMPQ  CX, R11
	JGE   rest
columns:
	VMOVDQU  (SI)(CX*1), Y0
	VPSUBW   (DI)(CX*1), Y0, Y0
	VPMADDWD Y0, Y0, Y0
	VPADDD   Y0, Y4, Y4
	ADDQ     $32, CX
	CMPQ     CX, R11
	JLT      columns
rest:
	TESTQ    DX, DX
	JEQ      next
	VMOVDQU  (SI)(CX*1), Y0
	VPSUBW   (DI)(CX*1), Y0, Y0
	VPAND    Y6, Y0, Y0
	VPMADDWD Y0, Y0, Y0
	VPADDD   Y0, Y4, Y4
next:
	WIDEN
	VPADDQ   Y0, Y5, Y5
	ADDQ     R8, SI
	ADDQ     R9, DI
	DECQ     R10
	JNE      rows
	VEXTRACTI128 $1, Y5, X1
	VPADDQ       X1, X5, X0
	VPSRLDQ      $8, X0, X1
	VPADDQ       X1, X0, X0
	VMOVQ        X0, ret+48(FP)
	VZEROUPPER
	RET

DATA eights<>+0(SB)/8, $0x0008000800080008
DATA eights<>+8(SB)/8, $0x0008000800080008
DATA eights<>+16(SB)/8, $0x0008000800080008
DATA eights<>+24(SB)/8, $0x0008000800080008
GLOBL eights<>(SB), RODATA|NOPTR, $32

DATA middle<>+0(SB)/2, $128
GLOBL middle<>(SB), RODATA|NOPTR, $2

DATA low<>+0(SB)/8, $0x00000000FFFFFFFF
DATA low<>+8(SB)/8, $0x00000000FFFFFFFF
DATA low<>+16(SB)/8, $0x00000000FFFFFFFF
DATA low<>+24(SB)/8, $0x00000000FFFFFFFF
GLOBL low<>(SB), RODATA|NOPTR, $32

// 16 set words, then 16 clear ones.
DATA first<>+0(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA first<>+8(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA first<>+16(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA first<>+24(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA first<>+32(SB)/8, $0
DATA first<>+40(SB)/8, $0
DATA first<>+48(SB)/8, $0
DATA first<>+56(SB)/8, $0
GLOBL first<>(SB), RODATA|NOPTR, $64

// Words 6, 5, … 0: lines 14 to 8 beside lines 0 to 6.
DATA mirror15<>+0(SB)/8, $0x070609080B0A0D0C
DATA mirror15<>+8(SB)/8, $0x8080010003020504
DATA mirror15<>+16(SB)/8, $0x070609080B0A0D0C
DATA mirror15<>+24(SB)/8, $0x8080010003020504
GLOBL mirror15<>(SB), RODATA|NOPTR, $32

// Words 2, 1, 0: lines 10 to 8 beside lines 0 to 2.
DATA mirror11<>+0(SB)/8, $0x8080010003020504
DATA mirror11<>+8(SB)/8, $0x8080808080808080
DATA mirror11<>+16(SB)/8, $0x8080010003020504
DATA mirror11<>+24(SB)/8, $0x8080808080808080
GLOBL mirror11<>(SB), RODATA|NOPTR, $32

// Weights of lines 0..3, then 4..7, of directions with 15 lines and with 11.
DATA weights15<>+0(SB)/8, $0x000001A400000348  // 840, 420
DATA weights15<>+8(SB)/8, $0x000000D200000118  // 280, 210
DATA weights15<>+16(SB)/8, $0x000001A400000348
DATA weights15<>+24(SB)/8, $0x000000D200000118
DATA weights15<>+32(SB)/8, $0x0000008C000000A8 // 168, 140
DATA weights15<>+40(SB)/8, $0x0000006900000078 // 120, 105
DATA weights15<>+48(SB)/8, $0x0000008C000000A8
DATA weights15<>+56(SB)/8, $0x0000006900000078
GLOBL weights15<>(SB), RODATA|NOPTR, $64

DATA weights11<>+0(SB)/8, $0x000000D2000001A4  // 420, 210
DATA weights11<>+8(SB)/8, $0x000000690000008C  // 140, 105
DATA weights11<>+16(SB)/8, $0x000000D2000001A4
DATA weights11<>+24(SB)/8, $0x000000690000008C
DATA weights11<>+32(SB)/8, $0x0000006900000069
DATA weights11<>+40(SB)/8, $0x0000006900000069
DATA weights11<>+48(SB)/8, $0x0000006900000069
DATA weights11<>+56(SB)/8, $0x0000006900000069
GLOBL weights11<>(SB), RODATA|NOPTR, $64

DATA order<>+0(SB)/8, $0x0000000100000000
DATA order<>+8(SB)/8, $0x0000000500000002
DATA order<>+16(SB)/8, $0x0000000700000004
DATA order<>+24(SB)/8, $0x0000000300000006
GLOBL order<>(SB), RODATA|NOPTR, $32
