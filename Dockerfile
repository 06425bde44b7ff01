# syntax=docker/dockerfile:1
# Assent for production: small, not root, nothing to write to. docs/deployment.md says how to run it and what was tried.
#   docker build -t assent .

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /assent
# Dependencies first: a change of the sources does not install them anew.
COPY package.json package-lock.json ./
COPY scripts/node-launcher.js scripts/node-launcher.js
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build
# What runs needs no compiler, no tests, and not the Node that the package brings for older hosts: the image has its own.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && rm -rf node_modules/node-linux-* node_modules/node-win-*

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /assent
COPY --from=build /assent/package.json /assent/LICENSE ./
COPY --from=build /assent/node_modules node_modules
COPY --from=build /assent/scripts scripts
COPY --from=build /assent/emulators emulators
COPY --from=build /assent/src src
COPY --from=build /assent/web/dist web/dist
# The user that the base image brings, by number: Kubernetes checks runAsNonRoot by it.
USER 1000:1000
EXPOSE 3000
# Whether the process answers. Whether it should get requests says /readyz, which is the balancer's question.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1: it hears SIGTERM and starts nothing that it would have to bury.
CMD ["node", "src/main.ts"]
