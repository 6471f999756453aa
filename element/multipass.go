package element

/*
#include "grav1enc.h"
*/
import "C"

import (
	"fmt"
	"os"

	"github.com/grav1e/grav1e/encoder"
)

// passFile is the file of the statistics of the n-th format, from 0.
func (v *values) passFile(n int) string {
	if n == 0 {
		return v.multipassCacheFile
	}
	return fmt.Sprintf("%s.%d", v.multipassCacheFile, n)
}

// multipass prepares f for the pass that is asked for. It returns false, with an error on
// the bus, when there are no statistics.
func (e *element) multipass(f *format) bool {
	e.settings.mu.Lock()
	mode, file := e.settings.multipassMode, e.settings.passFile(e.formats)
	e.settings.mu.Unlock()
	e.formats++
	if mode == firstPass {
		f.passFile = file
	}
	if mode != lastPass {
		return true
	}
	var err error
	if f.config.PassData, err = os.ReadFile(file); err != nil {
		e.post(noFile, "property multipass-cache-file: the statistics of the first pass can't be read: "+err.Error(), "")
	}
	return err == nil
}

// storePass writes the statistics of a first pass.
func (e *element) storePass(codec encoder.Interface) {
	if e.format.passFile == "" {
		return
	}
	data := codec.PassData()
	if data == nil { // not all of it was coded
		return
	}
	if err := os.WriteFile(e.format.passFile, data, 0o644); err != nil {
		e.post(noFile, "property multipass-cache-file: the statistics of the first pass can't be written: "+err.Error(), "")
	}
}
