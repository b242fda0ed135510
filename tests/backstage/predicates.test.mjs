// The predicates of POST by-query, and on GET as the parameter `query`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOG_FILTER_EXISTS, ask, client, names, viewer } from './client.mjs';

const found = async query => names(await client.queryEntities({ query, limit: 100 }, viewer)).sort();
const is = (...expected) => [...expected].sort();

for (const [title, query, expected] of [
  ['fields, all of which must hold', { kind: 'Component', 'SPEC.type': 'service' }, is('Checkout', 'search')],
  ['a number', { 'spec.ports.port': 80 }, is('Checkout')],
  ['a boolean', { 'spec.public': true }, is('Checkout')],
  ['$in', { kind: { $in: ['domain', 'SYSTEM'] } }, is('retail', 'shop')],
  ['$in of nothing', { kind: { $in: [] } }, []],
  ['$exists', { 'spec.domain': { $exists: true } }, is('shop')],
  ['$exists: false', { kind: 'component', 'metadata.title': { $exists: false } }, is('reports', 'search')],
  ['$hasPrefix', { 'metadata.name': { $hasPrefix: 'SVC-1' } }, is('svc-10', 'svc-11')],
  ['$hasPrefix of a relation', { 'relations.dependsOn': { $hasPrefix: 'resource:' } }, is('Checkout')],
  ['$contains of a list', { 'metadata.tags': { $contains: 'Lambda' } }, is('Checkout')],
  ['$all', { $all: [{ kind: 'component' }, { 'metadata.tags': 'java' }] }, is('Checkout', 'search')],
  ['$any', { $any: [{ kind: 'domain' }, { kind: 'user' }] }, is('mira', 'retail')],
  ['$not', { $all: [{ kind: 'component' }, { $not: { 'spec.type': 'website' } }] }, is('Checkout', 'reports', 'search')],
  ['nesting', { $any: [{ $all: [{ kind: 'group' }, { $not: { 'spec.type': 'team' } }] }, { kind: 'domain' }] }, is('everyone', 'retail')],
  ['an empty $any', { $any: [] }, []],
  ['a relation', { relations: { $contains: { type: 'OwnedBy', targetRef: 'Group:default/payments' } }, kind: 'component' }, is('Checkout')],
  ['a relation to one of several', { relations: { $contains: { type: 'memberof', targetRef: { $in: ['group:default/x', 'group:default/search'] } } } }, is('mira')],
]) {
  test(`a predicate takes ${title}`, async () => {
    assert.deepEqual(await found(query), expected);
    const { body } = await ask(`/entities?query=${encodeURIComponent(JSON.stringify(query))}`);
    assert.deepEqual(names({ items: body }).sort(), expected, 'on GET');
  });
}

test('an empty $all is everything', async () => {
  const all = await client.queryEntities({ limit: 0 }, viewer);
  for (const query of [{ $all: [] }, {}]) {
    const { body } = await ask('/entities/by-query', { method: 'POST', body: { query, limit: 0 } });
    assert.equal(body.totalItems, all.totalItems);
  }
});

test('a predicate and a filter must both hold', async () => {
  const both = await client.queryEntities({ query: { kind: 'component' }, filter: { 'metadata.title': CATALOG_FILTER_EXISTS, 'metadata.tags': ['java'] } }, viewer);
  assert.deepEqual(names(both), ['Checkout']);
});

test('the client goes on with the cursor of a predicate, there and back', async () => {
  const request = { query: { kind: 'component' }, orderFields: { field: 'metadata.name', order: 'asc' }, fullTextFilter: { term: 'svc', fields: ['metadata.name'] }, fields: ['metadata.name'], limit: 5 };
  const first = await client.queryEntities(request, viewer);
  assert.ok('query' in JSON.parse(atob(first.pageInfo.nextCursor)));
  const second = await client.queryEntities({ cursor: first.pageInfo.nextCursor, limit: 5, fields: ['metadata.name'] }, viewer);
  assert.deepEqual(names(second), ['svc-05', 'svc-06', 'svc-07', 'svc-08', 'svc-09']);
  assert.equal(second.totalItems, 12);
  const back = await client.queryEntities({ cursor: second.pageInfo.prevCursor, limit: 5 }, viewer);
  assert.deepEqual(names(back), names(first));
});

test('a cursor is taken on either verb', async () => {
  const first = await client.queryEntities({ filter: { kind: 'component' }, limit: 5 }, viewer);
  const posted = await ask('/entities/by-query', { method: 'POST', body: { cursor: first.pageInfo.nextCursor, limit: 5 } });
  const gotten = await client.queryEntities({ cursor: first.pageInfo.nextCursor, limit: 5 }, viewer);
  assert.deepEqual(posted.body, gotten);
});

for (const query of ['text', 5, null, ['list'], { $some: [] }, { $all: {} }, { $not: 'x' }, { kind: null }, { kind: ['a'] }, { kind: { $gt: 1 } },
  { kind: { $in: 'a' } }, { kind: { $in: [null] } }, { kind: { $exists: 'yes' } }, { kind: { $hasPrefix: 1 } }, { kind: {} },
  { $all: [], kind: 'x' }, { kind: { $in: [], $exists: true } }, { relations: { $contains: { targetRef: 'a' } } },
  { relations: { $contains: { type: 'x', targetRef: 'y', more: 1 } } }, { 'metadata.tags': { $contains: { type: 'x', targetRef: 'y' } } },
  { relations: { $contains: { type: 'x', targetRef: { $not: 'y' } } } }, { $all: ['text'] }, { '': 'x' }]) {
  test(`a predicate cannot be ${JSON.stringify(query)}`, async () => {
    for (const [path, body] of [['/entities/by-query', { query }], ['/entity-facets', { facets: ['kind'], query }], ['/entities/by-refs', { entityRefs: [], query }]]) {
      const answer = await ask(path, { method: 'POST', body });
      assert.equal(answer.status, 400, path);
      assert.equal(answer.body.error.name, 'InputError');
    }
  });
}
