//go:build cgo

package element

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/grav1e/grav1e/encoder"
)

// TestDefaults: untouched properties give the encoder's own defaults, which are rav1enc's.
func TestDefaults(t *testing.T) {
	v := defaults()
	var cfg encoder.Config
	if err := v.apply(&cfg); err != nil {
		t.Fatal(err)
	}
	want := encoder.DefaultConfig(0, 0)
	for _, p := range properties {
		if p.field == "" {
			continue
		}
		got, want := reflect.ValueOf(cfg).FieldByName(p.field), reflect.ValueOf(want).FieldByName(p.field)
		if !got.IsValid() {
			t.Errorf("%s: encoder.Config has no field %s", p.name, p.field)
		} else if !reflect.DeepEqual(got.Interface(), want.Interface()) {
			t.Errorf("%s: %v, want %v", p.name, got, want)
		}
	}
}

// TestEveryPropertyArrives changes each property alone and finds exactly its field changed.
func TestEveryPropertyArrives(t *testing.T) {
	for _, p := range properties {
		before, after := defaults(), defaults()
		switch v := p.of(&after).(type) {
		case *bool:
			*v = true
		case *uint32:
			*v = (*v + 1) % 2
		case *int32:
			*v = 20
		case *uint64:
			*v++
		case *string: // the file is read when the caps are known
			continue
		}
		var a, b encoder.Config
		if err := errors.Join(before.apply(&a), after.apply(&b)); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
		for i := range reflect.TypeFor[encoder.Config]().NumField() {
			name := reflect.TypeFor[encoder.Config]().Field(i).Name
			same := reflect.DeepEqual(reflect.ValueOf(a).Field(i).Interface(), reflect.ValueOf(b).Field(i).Interface())
			if same == (name == p.field) {
				t.Errorf("%s: %s changed: %t", p.name, name, !same)
			}
		}
	}
}

func TestApplyLimits(t *testing.T) {
	v := defaults()
	v.maxKeyFrameInterval, v.minKeyFrameInterval = math.MaxUint64, math.MaxUint64
	var cfg encoder.Config
	if err := v.apply(&cfg); err != nil || cfg.MaxKeyFrameInterval != math.MaxInt64 {
		t.Errorf("%d, %v", cfg.MaxKeyFrameInterval, err)
	}
	v.maxKeyFrameInterval = 1
	if err := v.apply(&cfg); err != nil || cfg.MinKeyFrameInterval != 1 {
		t.Errorf("the minimum %d exceeds the maximum 1, %v", cfg.MinKeyFrameInterval, err)
	}
	for delay, ok := range map[int32]bool{unset: true, 12: true, 131072: true, 0: false, 11: false, 131073: false, -1: false} {
		v.reservoirFrameDelay = delay
		if err := v.apply(&cfg); (err == nil) != ok {
			t.Errorf("reservoir-frame-delay %d: %v", delay, err)
		}
	}
}

// TestQuantizerBound: with a bitrate, a quantizer other than the default is the upper bound,
// as in rav1enc, unless max-quantizer is given.
func TestQuantizerBound(t *testing.T) {
	for _, tc := range []struct {
		bitrate             int32
		quantizer, min, max uint32
		want                int
	}{
		{0, 60, 0, 0, 0},
		{0, 60, 0, 200, 200},
		{1000000, 100, 0, 0, 0},
		{1000000, 60, 0, 0, 60},
		{1000000, 255, 0, 0, 255},
		{1000000, 60, 80, 0, 80},
		{1000000, 60, 0, 200, 200},
		{1000000, 100, 0, 200, 200},
		{1000000, 300, 0, 0, 0}, // refused as a quantizer
	} {
		v := defaults()
		v.bitrate, v.quantizer, v.minQuantizer, v.maxQuantizer = tc.bitrate, tc.quantizer, tc.min, tc.max
		var cfg encoder.Config
		if err := v.apply(&cfg); err != nil || cfg.MaxQuantizer != tc.want || cfg.Quantizer != int(tc.quantizer) {
			t.Errorf("%+v: at most %d, %v", tc, cfg.MaxQuantizer, err)
		}
	}
}

func TestExplain(t *testing.T) {
	for _, tc := range []struct {
		err  encoder.ConfigError
		want string
	}{
		{encoder.ConfigError{Field: "TileCols", Value: "3", Allowed: "0 or a power of two"}, "property tile-cols = 3 can not be honoured, allowed: 0 or a power of two"},
		{encoder.ConfigError{Field: "MinQuantizer", Value: "9", Allowed: "at most Quantizer, with MinKeyFrameInterval and LowLatency"},
			"property min-quantizer = 9 can not be honoured, allowed: at most quantizer, with min-key-frame-interval and low-latency"},
		{encoder.ConfigError{Field: "Width", Value: "0", Allowed: "1..65536"}, "input with Width = 0 can not be encoded, allowed: 1..65536"},
	} {
		if got := explain(&tc.err); got != tc.want {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
}

func TestCuts(t *testing.T) {
	p := &encoder.Packet{Data: make([]byte, 20), Obus: []int{2, 15, 20}, Frames: []int{15, 20}}
	for align, want := range map[string][]int{"tu": {20}, "obu": {2, 15, 20}, "frame": {15, 20}} {
		if got := cuts(p, align); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", align, got, want)
		}
	}
}
