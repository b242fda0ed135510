// Reads a list of descriptors from standard input and answers, for each, what Backstage's own catalog model says of it:
// true, or the reason why not; null for a Template where the package that knows its rules is not installed.
const model = require('@backstage/catalog-model');
const alpha = require('@backstage/catalog-model/alpha');
let template;
try {
  template = require('@backstage/plugin-scaffolder-common').templateEntityV1beta3Validator;
} catch {
  // It brings a hundred packages along, so it is not among those that are installed.
}

const policies = model.EntityPolicies.allOf([
  new model.SchemaValidEntityPolicy(),
  new model.DefaultNamespaceEntityPolicy(),
  new model.NoForeignRootFieldsEntityPolicy(),
  new model.FieldFormatEntityPolicy(),
]);
const ai = {
  skill: alpha.skillAiResourceEntityV1alpha1Validator,
  rule: alpha.ruleAiResourceEntityV1alpha1Validator,
  plugin: alpha.pluginAiResourceEntityV1alpha1Validator,
  marketplace: alpha.marketplaceAiResourceEntityV1alpha1Validator,
};
const kinds = {
  component: [model.componentEntityV1alpha1Validator],
  api: [model.apiEntityV1alpha1Validator, alpha.mcpServerApiEntityValidator],
  resource: [model.resourceEntityV1alpha1Validator],
  system: [model.systemEntityV1alpha1Validator],
  domain: [model.domainEntityV1alpha1Validator],
  group: [model.groupEntityV1alpha1Validator],
  user: [model.userEntityV1alpha1Validator],
  location: [model.locationEntityV1alpha1Validator],
  template: [template],
};

async function judge(entity) {
  const enforced = await policies.enforce(entity);
  const kind = entity.kind.toLowerCase();
  const validators = kind === 'airesource' ? [ai[entity.spec?.type] ?? alpha.aiResourceEntityV1alpha1Validator] : kinds[kind];
  if (kind === 'template' && !template) return null;
  let reason = 'no validator takes it';
  for (const validator of (validators ?? []).filter(Boolean)) {
    try {
      if (await validator.check(enforced)) return true;
    } catch (error) {
      reason = error.message;
    }
  }
  return validators ? reason : true;
}

let text = '';
process.stdin.on('data', part => (text += part));
process.stdin.on('end', async () => {
  const verdicts = [];
  for (const entity of JSON.parse(text)) {
    verdicts.push(await judge(entity).catch(error => error.message));
  }
  console.log(JSON.stringify(verdicts));
});
