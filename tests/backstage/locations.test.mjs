// What changes the catalog: locations, refresh, removal; and what only looks: analyze and validate.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { as, ask, client, files, model, viewer } from './client.mjs';

const admin = as('admin');
const editor = as('editor');
const more = `${files}/more.yaml`;
/** Let what is registered be read now, as the worker does. */
const read = target => execFileSync(process.env.PYTHON, ['-m', 'tests.backstage.seed', 'read', target]);
const component = (spec = {}, metadata = {}) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'fine', ...metadata },
  spec: { type: 'service', lifecycle: 'production', owner: 'payments', ...spec },
});

test('the registered location is found by list, id, ref, entity and query', async () => {
  const { items } = await client.getLocations({}, viewer);
  assert.equal(items.length, 1);
  const [location] = items;
  assert.deepEqual(Object.keys(location).sort(), ['entityRef', 'id', 'target', 'type']);
  assert.equal(location.target, `${files}/root.yaml`);
  assert.deepEqual((await ask('/locations')).body, [{ data: location }]);
  assert.deepEqual(await client.getLocationById(location.id, viewer), location);
  assert.deepEqual(await client.getLocationByRef(`url:${files}/root.yaml`, viewer), location);
  assert.deepEqual(await client.getLocationByEntity('component:default/checkout', viewer), location);
  assert.equal(await client.getLocationById('00000000-0000-0000-0000-000000000000', viewer), undefined);
  assert.equal(await client.getLocationById('nonsense', viewer), undefined);
  assert.equal(await client.getLocationByEntity('component:default/none', viewer), undefined);
  const queried = await client.queryLocations({ query: { type: 'URL', target: { $hasPrefix: files } } }, viewer);
  assert.deepEqual(queried, { items: [location], totalItems: 1, pageInfo: {} });
  assert.ok(await client.getEntityByRef(location.entityRef, viewer));
});

test('a dry run tells what would come, and changes nothing', async () => {
  const dry = await client.addLocation({ target: more, dryRun: true }, editor);
  assert.deepEqual(dry.entities.map(e => e.metadata.name).sort().slice(0, 2), ['extra', 'extra-two']);
  assert.equal(dry.exists, false);
  assert.equal(dry.location.target, more);
  assert.equal((await client.getLocations({}, viewer)).items.length, 1);
  assert.equal(await client.getEntityByRef('component:extra', viewer), undefined);
});

test('a dry run refuses what cannot be read, is broken, or may not be read', async () => {
  for (const target of [`${files}/absent.yaml`, `${files}/broken.yaml`, 'http://10.0.0.1/x.yaml', 'nonsense']) {
    await assert.rejects(client.addLocation({ target, dryRun: true }, editor), error => error.statusCode === 400, target);
  }
});

test('what is no location is refused', async () => {
  for (const body of [{}, { type: 'url' }, { type: 'url', target: 5 }, { type: 'git', target: more }, { type: 'url', target: more, colour: 1 }, { type: 'url', target: more, presence: 'often' }]) {
    const answer = await ask('/locations', { method: 'POST', body, role: 'editor' });
    assert.equal(answer.status, 400, JSON.stringify(body));
    assert.equal(answer.body.error.name, 'InputError');
  }
  for (const query of ['?dryRun=maybe', '?onConflict=ignore', '?colour=1']) {
    assert.equal((await ask(`/locations${query}`, { method: 'POST', body: { type: 'url', target: more }, role: 'editor' })).status, 400);
  }
});

test('a location is registered once, read, changed and unregistered with all that it brought', async () => {
  const { location, entities } = await client.addLocation({ target: more }, editor);
  assert.deepEqual(entities, []);
  assert.match(location.entityRef, /^location:default\/generated-/);
  await assert.rejects(client.addLocation({ target: more }, editor), error => error.statusCode === 409 && error.cause.name === 'ConflictError');
  const again = await client.addLocation({ target: more, onConflict: 'refresh' }, editor);
  assert.equal(again.location.id, location.id);
  assert.equal(again.exists, true);

  read(more);
  assert.ok(await client.getEntityByRef('component:extra', viewer));
  assert.deepEqual(await client.getLocationByEntity('component:default/extra', viewer), location);

  const pages = [];
  for await (const some of client.streamLocations({ limit: 1 }, viewer)) pages.push(some);
  assert.deepEqual(pages.map(page => page.length), [1, 1]);
  assert.deepEqual(pages.flat().map(l => l.id), pages.flat().map(l => l.id).sort());

  const root = `${files}/root.yaml`;
  await assert.rejects(client.updateLocation(location.id, { target: root }, editor), error => error.statusCode === 409);
  assert.equal((await ask(`/locations/${location.id}`, { method: 'PUT', body: { type: 'url' }, role: 'editor' })).status, 400);
  assert.equal((await ask('/locations/00000000-0000-0000-0000-000000000000', { method: 'PUT', body: {}, role: 'editor' })).status, 404);
  const moved = await client.updateLocation(location.id, { target: `${files}/other.yaml` }, editor);
  assert.deepEqual(moved, { ...location, target: `${files}/other.yaml` });
  await client.updateLocation(location.id, { target: more }, editor);
  read(more);

  await client.removeLocationById(location.id, editor);
  assert.equal(await client.getLocationById(location.id, viewer), undefined);
  assert.equal(await client.getEntityByRef('component:extra', viewer), undefined);
  assert.equal(await client.getEntityByRef(location.entityRef, viewer), undefined);
  await assert.rejects(client.removeLocationById(location.id, editor), error => error.statusCode === 404);
});

test('a location of somebody else is not for an editor of one team', async () => {
  const location = await client.getLocationByRef(`url:${files}/root.yaml`, viewer);
  await assert.rejects(client.removeLocationById(location.id, editor), error => error.statusCode === 403);
  await assert.rejects(client.updateLocation(location.id, { target: more }, editor), error => error.statusCode === 403);
});

test('an unreadable target may be registered: its error shows later', async () => {
  const { location } = await client.addLocation({ target: `${files}/absent.yaml` }, admin);
  await client.removeLocationById(location.id, admin);
});

test('an entity can be refreshed', async () => {
  await client.refreshEntity('component:default/checkout', editor);
  assert.equal((await ask('/refresh', { method: 'POST', body: { entityRef: 'component:default/checkout', authorizationToken: 'x' }, role: 'editor' })).status, 200);
  assert.equal((await ask('/refresh', { method: 'POST', body: {}, role: 'editor' })).status, 400);
});

test('an entity is removed by its uid, by who may edit it, and a second time as well', async () => {
  const find = () => client.getEntityByRef('component:svc-00', viewer);
  const { uid } = (await find()).metadata;
  await assert.rejects(client.removeEntityByUid(uid, editor), error => error.statusCode === 403);
  await client.removeEntityByUid(uid, admin);
  assert.equal(await find(), undefined);
  await client.removeEntityByUid(uid, admin);
  await client.removeEntityByUid('00000000-0000-0000-0000-000000000000', admin);
  const group = await client.getEntityByRef('group:search', viewer);
  assert.ok(!group.relations.some(r => r.targetRef === 'component:default/svc-00'), 'its relations went too');
});

test('analysis proposes a component, or names the files that are known', async () => {
  const fresh = await client.analyzeLocation({ location: { type: 'url', target: 'https://github.com/acme/checkout/blob/main/catalog-info.yaml' } }, viewer);
  assert.deepEqual(fresh.existingEntityFiles, []);
  assert.deepEqual(fresh.generateEntities, [
    {
      entity: {
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Component',
        metadata: { name: 'checkout', annotations: { 'github.com/project-slug': 'acme/checkout' } },
        spec: { type: 'other', lifecycle: 'unknown' },
      },
      fields: [],
    },
  ]);
  const known = await client.analyzeLocation({ location: { type: 'url', target: `${files}/catalog.yaml` }, catalogFilename: 'catalog.yaml' }, viewer);
  assert.ok(known.existingEntityFiles.length > 10);
  assert.deepEqual(known.generateEntities, []);
});

test('a good entity is valid, with what the model adds', async () => {
  assert.deepEqual(await client.validateEntity(component(), 'url:https://example.com/a.yaml', viewer), { valid: true });
  const empty = await ask('/validate-entity', { method: 'POST', body: { entity: component(), location: 'url:https://example.com/a.yaml' } });
  assert.equal(empty.status, 200);
  assert.equal(empty.body, '');
});

for (const [title, entity] of [
  ['a name with a space', component({}, { name: 'not fine' })],
  ['a name that is too long', component({}, { name: 'x'.repeat(64) })],
  ['a namespace in capitals', component({}, { namespace: 'Finance' })],
  ['a label that is no text', component({}, { labels: { a: 1 } })],
  ['an annotation that is no text', component({}, { annotations: { a: 1 } })],
  ['a tag with a capital', component({}, { tags: ['Java'] })],
  ['a link without a url', component({}, { links: [{ title: 'x' }] })],
  ['no owner', component({ owner: undefined })],
  ['a list that is none', component({ providesApis: 'x' })],
  ['a dependency without a kind', component({ dependsOn: ['fare-db'] })],
  ['a foreign root field', { ...component(), more: 1 }],
  ['no kind', { ...component(), kind: undefined }],
  ['no mapping', 'text'],
]) {
  test(`an entity with ${title} is not valid, here and in the model`, async () => {
    const answer = await client.validateEntity(entity, 'url:https://example.com/a.yaml', viewer);
    assert.equal(answer.valid, false);
    assert.ok(answer.errors.length);
    assert.ok(answer.errors.every(error => error.name && error.message));
  });
}

test('entities that this catalog answers would be taken again', async () => {
  const { items } = await client.getEntities({ filter: [{ kind: 'component' }, { kind: 'group' }, { kind: 'user' }] }, viewer);
  for (const { relations, ...entity } of items) {
    const answer = await client.validateEntity(entity, 'url:https://example.com/a.yaml', viewer);
    assert.deepEqual(answer, { valid: true }, model.stringifyEntityRef(entity));
  }
});
