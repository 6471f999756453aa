module github.com/grav1e/grav1e

go 1.26
