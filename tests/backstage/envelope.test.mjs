// Errors: Backstage's envelope with its names, which the client turns into errors of its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, ask, client, files, viewer } from './client.mjs';

const cursor = value => encodeURIComponent(btoa(JSON.stringify(value)));

for (const path of [
  '/entities?filter==x', '/entities?limit=-1', '/entities?limit=x', '/entities?limit=1.5', '/entities?offset=-1', '/entities?fields=a[0]',
  '/entities?order=metadata.name', '/entities?order=up:metadata.name', '/entities?after=!', '/entities?after=e30=', '/entities?colour=red',
  '/entities?limit=1&limit=2', '/entities?filter=a%00b', '/entities?query=no', '/entities?query=%7B%22%24no%22%3A1%7D',
  '/entities/by-query?limit=-1', '/entities/by-query?offset=x', '/entities/by-query?orderField=metadata.name,up', '/entities/by-query?orderField=,asc',
  '/entities/by-query?totalItems=some', '/entities/by-query?nonsense=1', '/entities/by-query?fields=a[0]', '/entities/by-query?cursor=%C3%A9',
  '/entities/by-query?cursor=nonsense', `/entities/by-query?cursor=${cursor([])}`, `/entities/by-query?cursor=${cursor({})}`,
  `/entities/by-query?cursor=${cursor({ at: ['a', 1], first: ['a', 1], back: 'no', total: 1 })}`,
  `/entities/by-query?cursor=${cursor({ at: ['a', -1], first: ['a', 1], back: false, total: 1 })}`,
  `/entities/by-query?cursor=${cursor({ at: ['a', 1], first: ['a', 1], back: false, total: 1, filter: 'kind' })}`,
  `/entities/by-query?cursor=${cursor({ at: ['a', 1], first: ['a', 1], back: false, total: 1, order: { field: 1 } })}`,
  `/entities/by-query?cursor=${cursor({ at: ['\0', 1], first: ['a', 1], back: false, total: 1 })}`,
  `/entities/by-query?cursor=${cursor({ at: [{}, 1], first: ['a', 1], back: false, total: 1, more: 1 })}`,
  '/entity-facets', '/entity-facets?facet=', '/entity-facets?facet=kind&limit=1', '/locations?x=1',
]) {
  test(`GET ${path.slice(0, 60)} is a 400`, async () => {
    const { status, body } = await ask(path);
    assert.equal(status, 400, JSON.stringify(body));
    assert.equal(body.error.name, 'InputError');
    assert.ok(body.error.message);
    assert.equal(body.request.method, 'GET');
    assert.match(body.request.url, /^\/api\/catalog\//);
    assert.deepEqual(body.response, { statusCode: 400 });
  });
}

for (const [path, body] of [
  ['/entities/by-query', []], ['/entities/by-query', '{'], ['/entities/by-query', '{"limit": "5"}'], ['/entities/by-query', '{"limit": -5}'],
  ['/entities/by-query', '{"limit": true}'], ['/entities/by-query', '{"limit": 1e3}'], ['/entities/by-query', '{"colour": 1}'],
  ['/entities/by-query', '{"cursor": "x"}'], ['/entities/by-query', '{"cursor": 5}'], ['/entities/by-query', '{"orderBy": {}}'],
  ['/entities/by-query', '{"orderBy": [5]}'], ['/entities/by-query', '{"orderBy": [{"field": "a", "order": "up"}]}'],
  ['/entities/by-query', '{"fullTextFilter": "x"}'], ['/entities/by-query', '{"fullTextFilter": {"term": 5}}'],
  ['/entities/by-query', '{"fullTextFilter": {"term": "x", "fields": "y"}}'], ['/entities/by-query', '{"fields": "kind"}'],
  ['/entities/by-query', '{"fields": [5]}'], ['/entities/by-query', '{"totalItems": "some"}'],
  ['/entities/by-query', '{"query": {"kind": "\\ud800"}}'], ['/entities/by-query', '{"query": {"kind": "a\\u0000"}}'],
  ['/entities/by-query', '{"limit": NaN}'], ['/entities/by-query', '{"query": '.repeat(5000)],
  ['/entities/by-refs', {}], ['/entities/by-refs', { entityRefs: 'x' }], ['/entities/by-refs', { entityRefs: [5] }], ['/entities/by-refs', { entityRefs: [], fields: ['a['] }],
  ['/entities/by-refs?colour=1', { entityRefs: [] }], ['/entity-facets', {}], ['/entity-facets', { facets: [] }], ['/entity-facets', { facets: [''] }],
  ['/entity-facets', { facets: 'kind' }], ['/locations/by-query', { limit: -1 }], ['/locations/by-query', { cursor: 'x' }], ['/locations/by-query', { query: { colour: 'x' } }],
  ['/analyze-location', {}], ['/analyze-location', { location: 'x' }], ['/analyze-location', { location: { type: 'url', target: 'no url' } }],
  ['/validate-entity', { entity: {} }], ['/validate-entity', { entity: {}, location: 'nonsense' }],
]) {
  test(`POST ${path} with ${JSON.stringify(body).slice(0, 50)} is a 400`, async () => {
    const answer = await ask(path, { method: 'POST', body });
    assert.equal(answer.status, 400, JSON.stringify(answer.body));
    assert.equal(answer.body.error.name, 'InputError');
  });
}

test('a body that is too large or no JSON is refused in the envelope', async () => {
  const large = await ask('/entities/by-query', { method: 'POST', body: JSON.stringify({ query: { kind: 'x'.repeat(10_000_000) } }) });
  assert.equal(large.status, 413);
  assert.deepEqual(large.body.response, { statusCode: 413 });
  const other = await ask('/entities/by-query', { method: 'POST', body: '<a/>', headers: { 'Content-Type': 'application/xml' } });
  assert.equal(other.status, 415);
  assert.deepEqual(other.body.response, { statusCode: 415 });
});

test('an address or a method that is not there is told in the envelope', async () => {
  assert.equal((await ask('/nothing')).body.error.name, 'NotFoundError');
  const { status, headers } = await ask('/entities', { method: 'PUT', body: {} });
  assert.equal(status, 405);
  assert.equal(headers.get('allow'), 'GET');
});

test('nobody reads or writes without a good token', async () => {
  for (const options of [{ role: '' }, { role: '', headers: { Authorization: 'Bearer nonsense' } }, { role: '', headers: { Authorization: 'Bearer a b' } }]) {
    for (const path of ['/entities', '/entities/by-name/component/default/checkout', '/nothing']) {
      const { status, body } = await ask(path, options);
      assert.equal(status, 401, path);
      assert.equal(body.error.name, 'AuthenticationError');
    }
  }
});

test('the client makes errors of its own out of them', async () => {
  await assert.rejects(client.getEntities({ limit: -1 }, viewer), error => error.name === 'ResponseError' && error.statusCode === 400 && error.cause.name === 'InputError');
  await assert.rejects(client.addLocation({ target: `${files}/more.yaml` }, viewer), error => error.statusCode === 403 && error.cause.name === 'NotAllowedError');
  await assert.rejects(client.refreshEntity('component:none/none', as('editor')), error => error.statusCode === 404 && error.cause.name === 'NotFoundError');
});

test('a viewer writes nothing', async () => {
  const id = '00000000-0000-0000-0000-000000000000';
  for (const [method, path] of [['POST', '/locations'], ['PUT', `/locations/${id}`], ['DELETE', `/locations/${id}`], ['DELETE', `/entities/by-uid/${id}`], ['POST', '/refresh']]) {
    const { status, body } = await ask(path, { method, body: {} });
    assert.equal(status, 403, `${method} ${path}`);
    assert.equal(body.error.name, 'NotAllowedError');
  }
});
