# Builds the one binary and ships it alone: no shell, no package manager, no
# root. The build stage is the only place that needs the network.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=unknown
ENV CGO_ENABLED=0 GOCACHE=/go/cache
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/go/cache \
    go build -trimpath -tags timetzdata \
      -ldflags "-s -w -X main.version=${VERSION}" -o /out/souk ./cmd/souk
# Directories that the program writes to: pictures in /data, uploads on their way
# in /tmp. A volume over one of them inherits its owner.
RUN mkdir -p /out/data /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/souk /souk
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/tmp /tmp
COPY LICENSE NOTICE /
USER 65532:65532
ENV SOUK_ENV=production SOUK_ADDR=0.0.0.0:8080 SOUK_DATA_DIR=/data
EXPOSE 8080
VOLUME /data
# Serving or working, the process answers /readyz at SOUK_ADDR.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["/souk", "doctor", "--ready"]
ENTRYPOINT ["/souk"]
CMD ["serve"]
