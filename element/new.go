//go:build cgo

package element

import "github.com/grav1e/grav1e/encoder"

// newEncoder makes the encoder of a session. It has a file of its own so that the
// pipeline tests can build the plugin with a fake in its place.
func newEncoder(cfg encoder.Config) (encoder.Interface, error) { return encoder.New(cfg) }
