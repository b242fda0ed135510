// by-query: order, pages by cursor both ways, totals, full text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, client, names, viewer } from './client.mjs';

const components = { kind: 'component' };
const byName = { field: 'metadata.name', order: 'asc' };

/** All pages of a question, forwards. */
async function pages(request, limit) {
  const found = [await client.queryEntities({ ...request, limit }, viewer)];
  while (found.at(-1).pageInfo.nextCursor) {
    found.push(await client.queryEntities({ cursor: found.at(-1).pageInfo.nextCursor, limit }, viewer));
  }
  return found;
}

test('without a limit 200 come at most, with the total and no cursor to go on', async () => {
  const found = await client.queryEntities({ filter: components }, viewer);
  assert.equal(found.items.length, 15);
  assert.equal(found.totalItems, 15);
  assert.deepEqual(found.pageInfo, {});
});

test('a limit of 0 only counts', async () => {
  assert.deepEqual(await client.queryEntities({ filter: components, limit: 0 }, viewer), { items: [], totalItems: 15, pageInfo: {} });
});

test('the total can be left out', async () => {
  const found = await client.queryEntities({ filter: components, limit: 2, totalItems: 'exclude' }, viewer);
  assert.equal(found.totalItems, 0);
  assert.equal(found.items.length, 2);
});

for (const orderFields of [undefined, byName, { field: 'metadata.name', order: 'desc' }, { field: 'spec.lifecycle', order: 'asc' }, { field: 'metadata.tags', order: 'desc' }]) {
  test(`pages ordered by ${JSON.stringify(orderFields)} hold everything once, and lead back the same way`, async () => {
    const whole = await client.queryEntities({ filter: components, orderFields }, viewer);
    const found = await pages({ filter: components, orderFields }, 4);
    assert.deepEqual(found.flatMap(names), names(whole));
    assert.ok(found.every(page => page.totalItems === whole.totalItems));
    assert.equal(found[0].pageInfo.prevCursor, undefined);
    assert.ok(found.slice(1).every(page => page.pageInfo.prevCursor));
    let back = found.at(-1);
    for (const earlier of found.slice(0, -1).reverse()) {
      back = await client.queryEntities({ cursor: back.pageInfo.prevCursor, limit: 4 }, viewer);
      assert.deepEqual(names(back), names(earlier));
      assert.ok(back.pageInfo.nextCursor);
    }
    assert.equal(back.pageInfo.prevCursor, undefined);
    const forth = await client.queryEntities({ cursor: back.pageInfo.nextCursor, limit: 4 }, viewer);
    assert.deepEqual(names(forth), names(found[1]));
  });
}

test('an order is by lower-case text', async () => {
  const found = await client.queryEntities({ filter: components, orderFields: byName }, viewer);
  assert.deepEqual(names(found).slice(0, 4), ['Checkout', 'reports', 'search', 'svc-00']);
});

test('what lacks the order field, or has null or a long text there, is left out of items and total', async () => {
  for (const field of ['spec.system', 'spec.nothing', 'spec.essay']) {
    const found = await client.queryEntities({ filter: components, orderFields: { field, order: 'asc' } }, viewer);
    assert.equal(found.totalItems, field === 'spec.system' ? 2 : 0, field);
    assert.equal(found.items.length, found.totalItems);
  }
});

test('only the first order field counts', async () => {
  const orderFields = [{ field: 'metadata.name', order: 'desc' }, { field: 'spec.type', order: 'asc' }];
  const found = await client.queryEntities({ filter: components, orderFields, limit: 2 }, viewer);
  assert.deepEqual(names(found), ['svc-11', 'svc-10']);
});

test('an order may be a relation', async () => {
  const found = await client.queryEntities({ filter: components, orderFields: { field: 'relations.ownedBy', order: 'asc' }, limit: 3 }, viewer);
  assert.equal(names(found)[0], 'Checkout');
  assert.equal(found.totalItems, 15);
});

test('an offset skips', async () => {
  const found = await client.queryEntities({ filter: components, orderFields: byName, offset: 3, limit: 2 }, viewer);
  assert.deepEqual(names(found), ['svc-00', 'svc-01']);
  assert.equal(found.totalItems, 15);
});

test('fields go with each page', async () => {
  const first = await client.queryEntities({ filter: components, orderFields: byName, limit: 2, fields: ['metadata.name'] }, viewer);
  assert.deepEqual(first.items, [{ metadata: { name: 'Checkout' } }, { metadata: { name: 'reports' } }]);
  const next = await client.queryEntities({ cursor: first.pageInfo.nextCursor, limit: 1, fields: ['kind'] }, viewer);
  assert.deepEqual(next.items, [{ kind: 'Component' }]);
});

test('full text finds a part of a value in any of the fields', async () => {
  const text = async (term, fields, more = {}) =>
    names(await client.queryEntities({ fullTextFilter: { term, fields }, orderFields: byName, ...more }, viewer));
  assert.deepEqual(await text('  CHECK ', ['metadata.name', 'metadata.title'], { filter: components }), ['Checkout']);
  assert.deepEqual(await text('page', ['metadata.title']), ['Checkout']);
  assert.deepEqual(await text('team', ['metadata.name', 'spec.profile.displayName']), ['payments']);
  assert.deepEqual(await text('out', ['metadata.name'], { filter: { kind: 'api' } }), ['checkout-api']);
  assert.deepEqual(await text('ledger', ['relations.dependsOn']), ['Checkout']);
  assert.deepEqual(await text('nowhere', ['metadata.name']), []);
});

test('full text without fields looks into the order field, or the uid', async () => {
  const ordered = await client.queryEntities({ fullTextFilter: { term: 'svc-1' }, orderFields: byName }, viewer);
  assert.deepEqual(names(ordered), ['svc-10', 'svc-11']);
  const uid = ordered.items[0].metadata.uid;
  assert.deepEqual(names(await client.queryEntities({ fullTextFilter: { term: uid.slice(0, 20) } }, viewer)), ['svc-10']);
});

test('per cent and underline stand for anything, a backslash for itself', async () => {
  const count = async term => (await client.queryEntities({ filter: components, fullTextFilter: { term, fields: ['metadata.name'] }, limit: 0 }, viewer)).totalItems;
  assert.equal(await count('%'), 15);
  assert.equal(await count('svc_0'), 10);
  assert.equal(await count('c%-%1'), 3);
  assert.equal(await count('\\'), 0);
  assert.equal(await count('svc\\'), 0);
});

test('full text pages like everything else', async () => {
  const found = await pages({ fullTextFilter: { term: 'svc', fields: ['metadata.name'] }, orderFields: byName }, 5);
  assert.deepEqual(found.map(page => page.items.length), [5, 5, 2]);
  assert.ok(found.every(page => page.totalItems === 12));
});

test('a stream gives everything', async () => {
  const seen = [];
  for await (const some of client.streamEntities({ filter: components, pageSize: 4 }, viewer)) {
    assert.ok(some.length <= 4);
    seen.push(...some.map(entity => entity.metadata.name));
  }
  assert.equal(new Set(seen).size, 15);
});

test('with a cursor its own question counts, whatever is sent beside it', async () => {
  const first = await client.queryEntities({ filter: { kind: 'component' }, orderFields: byName, limit: 2 }, viewer);
  const { body } = await ask(`/entities/by-query?limit=2&filter=kind=user&cursor=${encodeURIComponent(first.pageInfo.nextCursor)}`);
  assert.deepEqual(names(body), ['search', 'svc-00']);
});
