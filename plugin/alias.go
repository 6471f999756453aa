//go:build cgo && rav1enc_alias

package main

// aliases are the other names of grav1enc: with rav1enc's, scripts and webrtcsink
// written for it use this element unchanged.
var aliases = []string{"rav1enc"}
