module github.com/grav1e/grav1e/examples/go

go 1.26.0

require (
	github.com/go-gst/go-gst v0.0.2
	github.com/grav1e/grav1e v0.0.0
)

require (
	github.com/go-gst/go-glib v0.0.2 // indirect
	github.com/klauspost/cpuid/v2 v2.3.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/grav1e/grav1e => ../..
