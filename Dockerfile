# The gateway in a small image: no build step, no development packages, not root.
FROM node:24-bookworm-slim

ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 GUANJI_DATA=/var/lib/guanji
WORKDIR /opt/guanji

COPY package.json package-lock.json ./
# The optional packages hold the image library's binaries; the Node among them is the base image's already.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/node-linux-* && npm cache clean --force

COPY config ./config
COPY connectors ./connectors
COPY src ./src
COPY LICENSE README.md ./

RUN mkdir -p /var/lib/guanji && chown node:node /var/lib/guanji
VOLUME /var/lib/guanji
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8080) + '/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "--disable-warning=ExperimentalWarning", "src/main.ts"]
