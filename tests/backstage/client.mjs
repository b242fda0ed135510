// What every test file needs: the unmodified client, the model, and plain requests.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
export const { CatalogClient, CATALOG_FILTER_EXISTS } = require('@backstage/catalog-client');
export const model = require('@backstage/catalog-model');

export const base = process.env.CATALOG;
export const files = process.env.FILES;
export const tokens = {
  viewer: process.env.TOKEN_VIEWER,
  editor: process.env.TOKEN_EDITOR,
  admin: process.env.TOKEN_ADMIN,
};
export const client = new CatalogClient({ discoveryApi: { getBaseUrl: async () => base } });
export const as = role => ({ token: tokens[role] });
export const viewer = as('viewer');

export const names = found => found.items.map(entity => entity.metadata.name);

/** A plain request: {status, body, headers}. */
export async function ask(path, { method = 'GET', body, role = 'viewer', headers = {} } = {}) {
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: {
      ...(role && { Authorization: `Bearer ${tokens[role]}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = text;
  }
  return { status: answer.status, body: parsed, headers: answer.headers };
}
