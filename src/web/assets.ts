import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';

export interface Asset {
  /** Address with a digest in it, so that browsers may keep it for ever. */
  readonly path: string;
  readonly body: string;
  readonly type: string;
}

export interface Assets {
  readonly style: Asset;
  readonly searchScript: Asset;
  readonly formScript: Asset;
}

/** Reads the page's own style and script; the script's types are stripped once, at start. */
export function readAssets(): Assets {
  const read = (...parts: string[]) => readFileSync(join(import.meta.dirname, ...parts), 'utf8');
  const script = (name: string) =>
    asset(
      name,
      'js',
      'text/javascript; charset=utf-8',
      stripTypeScriptTypes(read('browser', `${name}.ts`)),
    );
  return {
    style: asset(
      'style',
      'css',
      'text/css; charset=utf-8',
      `${read('pages', 'style.css')}\n${read('pages', 'loans', 'loans.css')}`,
    ),
    searchScript: script('search'),
    formScript: script('form'),
  };
}

function asset(name: string, extension: string, type: string, body: string): Asset {
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { path: `/assets/${name}-${digest}.${extension}`, body, type };
}

export function registerAssets(app: FastifyInstance, assets: Assets): void {
  for (const { path, body, type } of Object.values(assets) as Asset[]) {
    app.get(path, { schema: { hide: true } }, async (_request, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=31536000, immutable').send(body),
    );
  }
}
