// The published contract as a judge: ajv over the AsyncAPI documents.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import YAML from 'yaml';

const folder = new URL('../../../contract/', import.meta.url);
export const text = (version) => readFileSync(new URL(`asyncapi-${version}.yaml`, folder), 'utf8');
export const documents = { 2.6: YAML.parse(text('2.6')), 3.1: YAML.parse(text('3.1')) };
export const schemaOf = { members: 'CohortMembersPayload', add_members: 'CohortAddMembersPayload', remove_members: 'CohortRemoveMembersPayload' };

/** A function that gives null for what conforms to a schema of a document, and otherwise what is wrong. */
export function validator(version, schema) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema({ $id: 'doc', components: documents[version].components });
  const validate = ajv.getSchema(`doc#/components/schemas/${schema}`);
  return (value) => (validate(value) ? null : ajv.errorsText(validate.errors));
}
