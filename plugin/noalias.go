//go:build cgo && !rav1enc_alias

package main

// aliases are the other names of grav1enc.
var aliases []string
