# Alustan's one image, of the controller and of runner Jobs. There is no shell in it and no package manager; it runs as
# user 65532 and writes nothing but /tmp.
#
#   docker build -t alustan .                                      for this machine
#   docker buildx build --platform linux/amd64,linux/arm64 .      for both
#
# The bases are arguments: name mirrors of them, or others, with --build-arg.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6
ARG GO_IMAGE=docker.io/library/golang:1.26-bookworm@sha256:116d58cbd88c1297624acc6e967a060012422bacf9930927e23fb719189c6f36
ARG BASE_IMAGE=gcr.io/distroless/cc-debian12:nonroot@sha256:9dac0a79194e45a7da0158a9c6da57b217585af0786db3845d1f0ec1a0dd182f
# `build`: Helm is built from its source. `file`: it is `.image/helm` of the build context.
ARG HELM=build

FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS bundle
WORKDIR /alustan
COPY package.json package-lock.json ./
# No package's own scripts: the bundler needs none, and nothing else of them comes into the image.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts/bundle.ts scripts/
COPY scripts/bundle scripts/bundle
COPY src src
# Without a shell and /usr/bin/env the interpreter is named by its path.
RUN node scripts/bundle.ts \
  && sed -i '1s|.*|#!/usr/local/bin/node|' dist/main.js \
  && mkdir -p /image/usr/local/bin \
  && mv dist /image/alustan \
  && ln -s /alustan/main.js /image/usr/local/bin/alustan

# The sum is of Helm's source, as Go's checksum database has it for everybody: it holds for every platform.
FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS helm-build
ARG TARGETARCH
ARG HELM_VERSION=v4.3.1
ARG HELM_SUM=h1:UndCoLe9UPmNoL7IvWzaUXveL7T5t/ijoorEmgJdI9g=
RUN go mod download -json helm.sh/helm/v4@${HELM_VERSION} | grep -F "\"Sum\": \"${HELM_SUM}\"" \
  && cd "$(go env GOMODCACHE)/helm.sh/helm/v4@${HELM_VERSION}" \
  && CGO_ENABLED=0 GOARCH=${TARGETARCH} go build -mod=readonly -trimpath \
    -ldflags "-s -w -X helm.sh/helm/v4/internal/version.version=${HELM_VERSION}" -o /helm ./cmd/helm

FROM scratch AS helm-file
COPY .image/helm /helm

FROM helm-${HELM} AS helm

FROM ${NODE_IMAGE} AS node

FROM ${BASE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="alustan" \
  org.opencontainers.image.description="GitOps delivery controller for Kubernetes" \
  org.opencontainers.image.source="https://github.com/alustan/alustan" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=helm /helm /usr/local/bin/helm
COPY --from=bundle /image/ /
ENV NODE_ENV=production HOME=/tmp
WORKDIR /tmp
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/alustan"]
CMD ["--help"]
