#include "textflag.h"

// func quantiseAVX2(levels, dq, coefs *int32, order *uint16, n int, p *QuantParams) (eob int, dist, energy uint64)
//
// Y8 step, Y9 reciprocal, Y10 rounding, Y11 CoefMax, Y12 DqMax, X7 DqShift;
// Y13 eob, Y14 dist, Y15 energy.
TEXT ·quantiseAVX2(SB), NOSPLIT, $0-72
	MOVQ levels+0(FP), DI
	MOVQ dq+8(FP), R8
	MOVQ coefs+16(FP), SI
	MOVQ order+24(FP), R9
	MOVQ n+32(FP), CX
	MOVQ p+40(FP), DX
	VPBROADCASTD 4(DX), Y8
	VPBROADCASTD 12(DX), Y9
	VPBROADCASTD 20(DX), Y10
	VMOVD 0(DX), X0
	VMOVD 8(DX), X1
	VMOVD 16(DX), X2
	VPBLENDD $1, Y0, Y8, Y8
	VPBLENDD $1, Y1, Y9, Y9
	VPBLENDD $1, Y2, Y10, Y10
	VPBROADCASTD 24(DX), Y11
	VMOVD 28(DX), X7
	VPBROADCASTD 32(DX), Y12
	VPXOR Y13, Y13, Y13
	VPXOR Y14, Y14, Y14
	VPXOR Y15, Y15, Y15

loop:
	VMOVDQU  (SI), Y0
	VPABSD   Y0, Y1
	VPSRLQ   $32, Y1, Y3
	VPMULDQ  Y1, Y1, Y2
	VPADDQ   Y2, Y15, Y15
	VPMULDQ  Y3, Y3, Y2
	VPADDQ   Y2, Y15, Y15
	VPMINSD  Y11, Y1, Y2
	VPADDD   Y10, Y2, Y2
	VPSRLQ   $32, Y2, Y3
	VPSRLQ   $32, Y9, Y4
	VPMULUDQ Y9, Y2, Y2
	VPMULUDQ Y4, Y3, Y3
	VPSRLQ   $32, Y2, Y2
	VPBLENDD $0xAA, Y3, Y2, Y2 // levels
	VPMULLD  Y8, Y2, Y3
	VPSRAD   X7, Y3, Y3
	VPSRAD   $31, Y0, Y4
	VPSUBD   Y4, Y12, Y4
	VPMINSD  Y4, Y3, Y3        // dequantised
	VPSLLD   X7, Y3, Y4
	VPSUBD   Y4, Y1, Y4
	VPSRLQ   $32, Y4, Y5
	VPMULDQ  Y4, Y4, Y4
	VPMULDQ  Y5, Y5, Y5
	VPADDQ   Y4, Y14, Y14
	VPADDQ   Y5, Y14, Y14
	VPMOVZXWD (R9), Y5
	VPXOR    Y6, Y6, Y6
	VPCMPGTD Y6, Y2, Y6
	VPAND    Y6, Y5, Y5
	VPMAXSD  Y5, Y13, Y13
	VPSIGND  Y0, Y2, Y2
	VPSIGND  Y0, Y3, Y3
	VMOVDQU  Y2, (DI)
	VMOVDQU  Y3, (R8)
	VPBROADCASTD 4(DX), Y8
	VPBROADCASTD 12(DX), Y9
	VPBROADCASTD 20(DX), Y10
	ADDQ     $32, SI
	ADDQ     $32, DI
	ADDQ     $32, R8
	ADDQ     $16, R9
	SUBQ     $8, CX
	JG       loop

	VEXTRACTI128 $1, Y13, X0
	VPMAXSD X0, X13, X0
	VPSHUFD $0x4E, X0, X1
	VPMAXSD X1, X0, X0
	VPSHUFD $0xB1, X0, X1
	VPMAXSD X1, X0, X0
	VMOVD   X0, AX
	MOVQ    AX, eob+48(FP)
	VEXTRACTI128 $1, Y14, X0
	VPADDQ  X0, X14, X0
	VPSRLDQ $8, X0, X1
	VPADDQ  X1, X0, X0
	VMOVQ   X0, AX
	MOVQ    AX, dist+56(FP)
	VEXTRACTI128 $1, Y15, X0
	VPADDQ  X0, X15, X0
	VPSRLDQ $8, X0, X1
	VPADDQ  X1, X0, X0
	VMOVQ   X0, AX
	MOVQ    AX, energy+64(FP)
	VZEROUPPER
	RET

// SQUARES adds the squares of the sixteen values of A to the eight sums of S.
#define SQUARES(A, S) \
	VPSRLQ  $32, A, Z5 \
	VPMULDQ A, A, Z4   \
	VPMULDQ Z5, Z5, Z5 \
	VPADDQ  Z4, S, S   \
	VPADDQ  Z5, S, S

// SUMQWORDS adds up the eight qwords of Z into AX.
#define SUMQWORDS(Z, Y, X) \
	VEXTRACTI64X4 $1, Z, Y0 \
	VPADDQ        Y0, Y, Y  \
	VEXTRACTI128  $1, Y, X0 \
	VPADDQ        X0, X, X  \
	VPSRLDQ       $8, X, X0 \
	VPADDQ        X0, X, X  \
	VMOVQ         X, AX

// func quantiseAVX512(levels, dq, coefs *int32, order *uint16, n int, p *QuantParams) (eob int, dist, energy uint64)
//
// Z8 step, Z9 reciprocal, Z10 rounding, Z16 to Z18 the same without those of the DC
// coefficient; Z11 CoefMax, Z20 DqMax, X7 DqShift, K7 even lanes; Z13 eob, Z14 dist, Z15 energy.
TEXT ·quantiseAVX512(SB), NOSPLIT, $0-72
	MOVQ levels+0(FP), DI
	MOVQ dq+8(FP), R8
	MOVQ coefs+16(FP), SI
	MOVQ order+24(FP), R9
	MOVQ n+32(FP), CX
	MOVQ p+40(FP), DX
	VPBROADCASTD 4(DX), Z16
	VPBROADCASTD 12(DX), Z17
	VPBROADCASTD 20(DX), Z18
	VPBROADCASTD 24(DX), Z11
	VMOVD        28(DX), X7
	VPBROADCASTD 32(DX), Z20
	MOVL         $1, AX
	KMOVW        AX, K1
	VMOVDQA64    Z16, Z8
	VMOVDQA64    Z17, Z9
	VMOVDQA64    Z18, Z10
	VPBROADCASTD 0(DX), K1, Z8
	VPBROADCASTD 8(DX), K1, Z9
	VPBROADCASTD 16(DX), K1, Z10
	MOVL         $0x5555, AX
	KMOVW        AX, K7
	VPXOR        Y6, Y6, Y6
	VPXOR        Y13, Y13, Y13
	VPXOR        Y14, Y14, Y14
	VPXOR        Y15, Y15, Y15
	XORL         BX, BX

loop:
	VMOVDQU64 (SI)(BX*4), Z0
	VPABSD    Z0, Z1
	VPMOVD2M  Z0, K1           // negative
	SQUARES(Z1, Z15)
	VPMINSD   Z11, Z1, Z2
	VPADDD    Z10, Z2, Z2
	VPSRLQ    $32, Z2, Z3
	VPMULUDQ  Z9, Z2, Z2
	VPMULUDQ  Z17, Z3, Z3
	VMOVSHDUP Z2, K7, Z3       // levels
	VPMULLD   Z8, Z3, Z2
	VPSRAD    X7, Z2, Z2
	VPMOVM2D  K1, Z4
	VPSUBD    Z4, Z20, Z4
	VPMINSD   Z4, Z2, Z2       // dequantised
	VPSLLD    X7, Z2, Z4
	VPSUBD    Z4, Z1, Z1
	SQUARES(Z1, Z14)
	VPTESTMD  Z3, Z3, K2
	VPMOVZXWD (R9)(BX*2), Z5
	VPMAXSD   Z5, Z13, K2, Z13
	VPSUBD    Z3, Z6, K1, Z3
	VPSUBD    Z2, Z6, K1, Z2
	VMOVDQU64 Z3, (DI)(BX*4)
	VMOVDQU64 Z2, (R8)(BX*4)
	VMOVDQA64 Z16, Z8
	VMOVDQA64 Z17, Z9
	VMOVDQA64 Z18, Z10
	ADDQ      $16, BX
	CMPQ      BX, CX
	JLT       loop

	VEXTRACTI64X4 $1, Z13, Y0
	VPMAXSD      Y0, Y13, Y0
	VEXTRACTI128 $1, Y0, X1
	VPMAXSD      X1, X0, X0
	VPSHUFD      $0x4E, X0, X1
	VPMAXSD      X1, X0, X0
	VPSHUFD      $0xB1, X0, X1
	VPMAXSD      X1, X0, X0
	VMOVD        X0, AX
	MOVQ         AX, eob+48(FP)
	SUMQWORDS(Z14, Y14, X14)
	MOVQ         AX, dist+56(FP)
	SUMQWORDS(Z15, Y15, X15)
	MOVQ         AX, energy+64(FP)
	VZEROUPPER
	RET
