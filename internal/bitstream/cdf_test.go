package bitstream

import (
	"reflect"
	"testing"
)

// eachCDF calls f with every innermost array of c.
func eachCDF(c *CDFContext, f func(name string, cdf []uint16)) {
	var walk func(name string, v reflect.Value)
	walk = func(name string, v reflect.Value) {
		if v.Type().Elem().Kind() == reflect.Uint16 {
			f(name, v.Slice(0, v.Len()).Interface().([]uint16))
			return
		}
		for i := range v.Len() {
			walk(name, v.Index(i))
		}
	}
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		walk(v.Type().Field(i).Name, v.Field(i))
	}
}

func TestDefaultsAreCDFs(t *testing.T) {
	for _, q := range []int{0, 20, 21, 60, 61, 120, 121, 255} {
		var c CDFContext
		c.SetDefaults()
		c.LoadCoefDefaults(q)
		eachCDF(&c, func(name string, cdf []uint16) {
			n := len(cdf) - 1
			if cdf[n-1] != 1<<15 || cdf[n] != 0 {
				t.Errorf("%s: ends in %v", name, cdf[n-1:])
			}
			for i := 1; i < n; i++ {
				if cdf[i] < cdf[i-1] {
					t.Errorf("%s: %v does not rise", name, cdf)
				}
			}
		})
	}
}

func TestClearCounters(t *testing.T) {
	var c CDFContext
	eachCDF(&c, func(_ string, cdf []uint16) {
		for i := range cdf {
			cdf[i] = 7
		}
	})
	c.ClearCounters()
	eachCDF(&c, func(name string, cdf []uint16) {
		for i, v := range cdf {
			want := uint16(7)
			if i == len(cdf)-1 {
				want = 0
			}
			if v != want {
				t.Errorf("%s[%d] = %d, want %d", name, i, v, want)
			}
		}
	})
}

func BenchmarkClearCounters(b *testing.B) {
	var c CDFContext
	for b.Loop() {
		c.ClearCounters()
	}
}
