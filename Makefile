# make run    build the plugin, encode a clip with gst-launch-1.0, decode and compare (INPUT=file for your own)
# make test   every test
# make        build the plugin and the program into build/
# make install, make clean

BUILD ?= build
INPUT ?= tests/testdata/street.avi

all: build

build:
	@scripts/install-deps.sh build
	@scripts/configure.sh $(BUILD)
	meson compile -C $(BUILD)

run:
	@scripts/install-deps.sh build run
	@scripts/configure.sh $(BUILD)
	meson compile -C $(BUILD)
	@scripts/run.sh $(BUILD) "$(INPUT)"

test:
	@scripts/install-deps.sh build run test
	@scripts/configure.sh $(BUILD)
	meson compile -C $(BUILD)
	@scripts/test.sh $(BUILD)

install: build
	meson install -C $(BUILD) --no-rebuild

clean:
	rm -rf $(BUILD) out

.PHONY: all build run test install clean
