// Entities as lists and one by one: filters, projection, refs, facets, ancestry.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOG_FILTER_EXISTS, ask, client, model, names, viewer } from './client.mjs';

const found = async filter => names(await client.getEntities({ filter }, viewer)).sort();

test('a list without paging is a bare array of everything', async () => {
  const { status, body, headers } = await ask('/entities');
  assert.equal(status, 200);
  assert.ok(Array.isArray(body));
  assert.equal(headers.get('link'), null);
  assert.ok(names({ items: body }).includes('Checkout'));
});

for (const [title, filter, expected] of [
  ['values without regard to case', { KIND: 'component', 'Spec.Type': 'SERVICE' }, ['Checkout', 'search']],
  ['all conditions of one set', { kind: 'component', 'spec.system': 'shop', 'metadata.tags': 'lambda' }, ['Checkout']],
  ['any of several sets', [{ kind: 'domain' }, { kind: 'system' }], ['retail', 'shop']],
  ['any value of a repeated key', { kind: ['domain', 'user'] }, ['mira', 'retail']],
  ['a key that is there', { 'spec.profile.displayname': CATALOG_FILTER_EXISTS }, ['mira', 'payments']],
  ['a key whose value is null', { 'spec.nothing': CATALOG_FILTER_EXISTS }, ['Checkout']],
  ['a key whose value is too long to compare', { 'spec.essay': CATALOG_FILTER_EXISTS }, ['Checkout']],
  ['no long value', { 'spec.essay': 'x'.repeat(240) }, []],
  ['an empty value', { 'spec.empty': '' }, ['Checkout']],
  ['a value that holds an equals sign', { 'metadata.annotations.example.com/equals': 'a=b' }, ['Checkout']],
  ['an annotation whose key has dots', { 'metadata.annotations.example.com/x.y': 'deep' }, ['Checkout']],
  ['an item of a list', { 'metadata.tags': 'lambda' }, ['Checkout']],
  ['an item of a list as a key', { 'metadata.tags.lambda': CATALOG_FILTER_EXISTS }, ['Checkout']],
  ['an item of a list as a key that is true', { 'metadata.tags.lambda': 'true' }, ['Checkout']],
  ['objects inside a list', { 'metadata.links.title': 'board' }, ['Checkout']],
  ['numbers as text', { 'spec.ports.port': '81' }, ['Checkout']],
  ['a fraction as text', { 'spec.weight': '1.5' }, ['search']],
  ['booleans as text', { 'spec.public': 'true' }, ['Checkout']],
  ['a label', { 'metadata.labels.tier': '1' }, ['Checkout']],
  ['a field that only we know', { 'metadata.size': '12' }, ['Checkout']],
  ['the name in any case', { 'metadata.name': 'CHECKOUT' }, ['Checkout']],
  ['the namespace that nobody wrote', { 'metadata.namespace': 'default', kind: 'domain' }, ['retail']],
  ['another namespace', { 'metadata.namespace': 'finance' }, ['reports']],
  ['a relation', { 'relations.ownedBy': 'group:default/payments', kind: 'component' }, ['Checkout']],
  ['a relation by its lower-case name and any target', { 'relations.providesapi': CATALOG_FILTER_EXISTS }, ['Checkout', 'search']],
  ['the other end of a relation', { 'relations.dependencyOf': 'component:default/checkout' }, ['ledger-db', 'search']],
  ['one of several targets', { 'relations.memberOf': ['group:default/none', 'group:default/search'] }, ['mira']],
  ['a ref as it was written, not in its full form', { 'spec.owner': 'group:default/payments' }, []],
  ['no etag', { 'metadata.etag': CATALOG_FILTER_EXISTS }, []],
  ['no status', { status: CATALOG_FILTER_EXISTS }, []],
  ['no relation that is not one', { 'relations.likes': CATALOG_FILTER_EXISTS }, []],
  ['nothing where nothing matches', { kind: 'component', 'spec.type': 'no-such' }, []],
]) {
  test(`a filter finds ${title}`, async () => assert.deepEqual(await found(filter), [...expected].sort()));
}

test('spaces around keys and values do not count, nor do empty conditions', async () => {
  const { body } = await ask(`/entities?filter=${encodeURIComponent(' kind = domain , , metadata.name = retail ')}`);
  assert.deepEqual(body.map(e => e.metadata.name), ['retail']);
});

test('of a key that stands both bare and with values the values count', async () => {
  const { body } = await ask('/entities?filter=spec.type,spec.type=grpc');
  assert.deepEqual(body.map(e => e.metadata.name), ['search-api']);
});

test('an empty filter is no filter', async () => {
  const all = await ask('/entities');
  const { body } = await ask('/entities?filter=');
  assert.equal(body.length, all.body.length);
});

test('pages of a list go on by the after in its Link, by ref without an order', async () => {
  const seen = [];
  let path = '/entities?limit=4&filter=kind=component';
  for (;;) {
    const { body, headers } = await ask(path);
    seen.push(...body.map(model.stringifyEntityRef));
    const link = headers.get('link');
    if (!link) break;
    assert.match(link, /^<\/entities\?.*after=.*>; rel="next"$/);
    assert.match(link, /filter=kind/);
    const after = new URLSearchParams(link.slice(1, link.indexOf('>')).split('?')[1]).get('after');
    path = `/entities?limit=4&filter=kind=component&after=${encodeURIComponent(after)}`;
  }
  assert.equal(seen.length, 15);
  assert.equal(new Set(seen).size, 15);
  assert.deepEqual(seen, [...seen].sort());
});

test('the client can skip and limit', async () => {
  const all = names(await client.getEntities({ filter: { kind: 'component' }, limit: 100 }, viewer));
  const some = names(await client.getEntities({ filter: { kind: 'component' }, limit: 3, offset: 2 }, viewer));
  assert.deepEqual(some, all.slice(2, 5));
});

test('a list is ordered by lower-case text, and what lacks the field comes last both ways', async () => {
  const by = async order =>
    names(await client.getEntities({ filter: { kind: 'component' }, order: { field: 'metadata.title', order } }, viewer));
  const up = await by('asc');
  const down = await by('desc');
  assert.equal(up[0], 'svc-01');
  assert.equal(down[0], 'Checkout');
  assert.deepEqual(up.slice(-2).sort(), ['reports', 'search']);
  assert.deepEqual(down.slice(-2).sort(), ['reports', 'search']);
  assert.deepEqual(down.slice(0, -2), up.slice(0, -2).reverse());
});

test('numbers are ordered as texts', async () => {
  const up = names(await client.getEntities({ filter: { 'spec.rank': CATALOG_FILTER_EXISTS }, order: { field: 'spec.rank', order: 'asc' } }, viewer));
  assert.deepEqual(up.slice(0, 4), ['svc-00', 'svc-01', 'svc-10', 'svc-11']);
});

test('several orders are taken one after the other', async () => {
  const order = [
    { field: 'spec.type', order: 'desc' },
    { field: 'metadata.name', order: 'asc' },
  ];
  const up = names(await client.getEntities({ filter: { kind: 'component' }, order, limit: 3 }, viewer));
  assert.deepEqual(up, ['svc-00', 'svc-01', 'svc-02']);
});

test('only the asked fields are sent, and keys with dots are found', async () => {
  const fields = ['kind', 'metadata.annotations.example.com/x.y', 'spec.ports', 'spec.none.at.all', 'metadata.name'];
  const { items } = await client.getEntities({ filter: { 'metadata.name': 'checkout' }, fields }, viewer);
  assert.deepEqual(items, [
    {
      kind: 'Component',
      metadata: { annotations: { 'example.com/x.y': 'Deep' }, name: 'Checkout' },
      spec: { ports: [{ name: 'http', port: 80 }, { name: 'admin', port: 81 }] },
    },
  ]);
});

test('a whole part wins over a path inside it', async () => {
  const { items } = await client.getEntities({ filter: { kind: 'domain' }, fields: ['spec', 'spec.owner'] }, viewer);
  assert.deepEqual(items, [{ spec: { owner: 'payments' } }]);
});

test('an entity is found by its ref in any case', async () => {
  const entity = await client.getEntityByRef('COMPONENT:Default/checkOUT', viewer);
  assert.equal(model.stringifyEntityRef(entity), 'component:default/checkout');
  assert.equal(entity.metadata.name, 'Checkout');
  assert.equal(entity.metadata.namespace, 'default');
  assert.match(entity.metadata.uid, /^[0-9a-f-]{36}$/);
  assert.match(entity.metadata.etag, /^[0-9a-f]+$/);
  assert.equal(entity.metadata.size, 12);
  assert.match(entity.metadata.annotations[model.ANNOTATION_LOCATION], /^url:http:.*\/catalog\.yaml$/);
  assert.match(entity.metadata.annotations[model.ANNOTATION_ORIGIN_LOCATION], /^url:http:.*\/root\.yaml$/);
});

test('relations are unique, sorted, in full refs, and may point at what is not there', async () => {
  const entity = await client.getEntityByRef('component:checkout', viewer);
  assert.deepEqual(entity.relations, [
    { type: 'consumesApi', targetRef: 'api:default/absent-api' },
    { type: 'consumesApi', targetRef: 'api:default/search-api' },
    { type: 'dependsOn', targetRef: 'component:default/search' },
    { type: 'dependsOn', targetRef: 'resource:default/ledger-db' },
    { type: 'ownedBy', targetRef: 'group:default/payments' },
    { type: 'partOf', targetRef: 'system:default/shop' },
    { type: 'providesApi', targetRef: 'api:default/checkout-api' },
  ]);
  const reports = await client.getEntityByRef('component:finance/reports', viewer);
  assert.deepEqual(reports.relations, [{ type: 'ownedBy', targetRef: 'group:finance/payments' }]);
});

test('what is not there is undefined', async () => {
  assert.equal(await client.getEntityByRef('component:none', viewer), undefined);
  assert.equal(await client.getEntityByRef('component:default/no such name!', viewer), undefined);
});

test('an entity is found by its uid', async () => {
  const entity = await client.getEntityByRef('component:checkout', viewer);
  assert.deepEqual((await ask(`/entities/by-uid/${entity.metadata.uid}`)).body, entity);
  assert.equal((await ask('/entities/by-uid/00000000-0000-0000-0000-000000000000')).status, 404);
  assert.equal((await ask('/entities/by-uid/nonsense')).status, 404);
});

test('the model accepts every entity that is sent', async () => {
  const check = model.entityEnvelopeSchemaValidator();
  const policy = model.EntityPolicies.allOf([
    new model.DefaultNamespaceEntityPolicy(),
    new model.FieldFormatEntityPolicy(),
    new model.NoForeignRootFieldsEntityPolicy(['apiVersion', 'kind', 'metadata', 'spec', 'relations', 'status']),
    new model.SchemaValidEntityPolicy(),
  ]);
  const { items } = await client.getEntities({}, viewer);
  for (const entity of items) {
    check(entity);
    await policy.enforce(entity);
  }
});

test('the guards of the model know our kinds', async () => {
  const { items } = await client.getEntities({ filter: { 'metadata.namespace': 'default' } }, viewer);
  const count = guard => items.filter(guard).length;
  assert.equal(count(model.isComponentEntity), 14);
  assert.equal(count(model.isApiEntity), 2);
  assert.equal(count(model.isResourceEntity), 1);
  assert.equal(count(model.isSystemEntity), 1);
  assert.equal(count(model.isDomainEntity), 1);
  assert.equal(count(model.isGroupEntity), 3);
  assert.equal(count(model.isUserEntity), 1);
  assert.equal(count(model.isLocationEntity), 2);
});

test('entities by refs come in the asked order, with gaps and twice where asked twice', async () => {
  const entityRefs = ['component:default/search', 'component:default/none', 'COMPONENT:default/Checkout', 'component:default/search', 'not a ref'];
  const { items } = await client.getEntitiesByRefs({ entityRefs }, viewer);
  assert.deepEqual(items.map(item => item?.metadata.name), ['search', undefined, 'Checkout', 'search', undefined]);
});

test('by-refs takes fields, a filter, a predicate and both', async () => {
  const entityRefs = ['component:default/search', 'domain:default/retail'];
  const cut = await client.getEntitiesByRefs({ entityRefs, fields: ['metadata.name'] }, viewer);
  assert.deepEqual(cut.items, [{ metadata: { name: 'search' } }, { metadata: { name: 'retail' } }]);
  const filtered = await client.getEntitiesByRefs({ entityRefs, filter: { kind: 'domain' } }, viewer);
  assert.deepEqual(filtered.items.map(item => item?.kind), [undefined, 'Domain']);
  const asked = await client.getEntitiesByRefs({ entityRefs, query: { kind: 'component' } }, viewer);
  assert.deepEqual(asked.items.map(item => item?.kind), ['Component', undefined]);
  const both = await client.getEntitiesByRefs({ entityRefs, query: { kind: 'component' }, filter: { kind: 'domain' } }, viewer);
  assert.deepEqual(both.items, [undefined, undefined]);
  const { body } = await ask('/entities/by-refs?filter=kind=domain', { method: 'POST', body: { entityRefs, query: { kind: 'component' } } });
  assert.deepEqual(body.items, [null, null]);
});

test('more refs than one chunk are asked for', async () => {
  const entityRefs = Array.from({ length: 1500 }, (_, n) => `component:default/svc-${n % 12 < 10 ? '0' : ''}${n % 12}`);
  const { items } = await client.getEntitiesByRefs({ entityRefs, fields: ['metadata.name'] }, viewer);
  assert.equal(items.length, 1500);
  assert.ok(items.every((item, n) => `component:default/${item.metadata.name}` === entityRefs[n]));
});

test('facets count values in the case they were written', async () => {
  const { facets } = await client.getEntityFacets({ facets: ['Spec.Type', 'metadata.tags', 'none'], filter: { kind: 'component' } }, viewer);
  const counts = name => Object.fromEntries(facets[name].map(({ value, count }) => [value, count]));
  assert.deepEqual(counts('Spec.Type'), { Service: 1, library: 1, service: 1, website: 12 });
  assert.deepEqual(counts('metadata.tags'), { 'batch-0': 4, 'batch-1': 4, 'batch-2': 4, go: 12, java: 2, java2: 1, lambda: 1 });
  assert.deepEqual(facets.none, []);
});

test('facets know relations, and leave out what is too long', async () => {
  const { facets } = await client.getEntityFacets({ facets: ['relations.ownedBy', 'spec.essay', 'kind'] }, viewer);
  const owners = Object.fromEntries(facets['relations.ownedBy'].map(({ value, count }) => [value, count]));
  assert.deepEqual(owners, { 'group:default/payments': 5, 'group:default/search': 14, 'group:finance/payments': 1 });
  assert.deepEqual(facets['spec.essay'], []);
  assert.ok(facets.kind.some(({ value }) => value === 'API'));
});

test('facets of a predicate', async () => {
  const { facets } = await client.getEntityFacets({ facets: ['spec.type'], query: { kind: 'api' } }, viewer);
  assert.deepEqual(facets['spec.type'], [{ value: 'grpc', count: 1 }, { value: 'openapi', count: 1 }]);
});

test('ancestry leads from an entity up to the registered location', async () => {
  const chain = await client.getEntityAncestors({ entityRef: 'component:default/checkout' }, viewer);
  assert.equal(chain.rootEntityRef, 'component:default/checkout');
  assert.equal(model.stringifyEntityRef(chain.items[0].entity), 'component:default/checkout');
  assert.deepEqual(chain.items[0].parentEntityRefs, ['location:default/everything']);
  const refs = chain.items.map(({ entity }) => model.stringifyEntityRef(entity));
  assert.equal(refs[1], 'location:default/everything');
  assert.match(refs[2], /^location:default\/generated-/);
  assert.deepEqual(chain.items[2].parentEntityRefs, []);
  assert.equal((await ask('/entities/by-name/component/default/none/ancestry')).status, 404);
});

test('a list and an entity that have not changed are not sent again', async () => {
  for (const path of ['/entities?limit=2', '/entities/by-query?limit=2', '/entity-facets?facet=kind', '/entities/by-name/component/default/checkout']) {
    const first = await ask(path);
    const again = await ask(path, { headers: { 'If-None-Match': first.headers.get('etag') } });
    assert.equal(again.status, 304, path);
    assert.equal((await ask(path, { headers: { 'If-None-Match': '"other"' } })).status, 200);
  }
});
