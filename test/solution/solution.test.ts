import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { solutionProblems } from '../../scripts/solution-check.ts';
import { solutionFiles, TABLES, zipOf } from '../../scripts/solution-zip.ts';

const url = 'https://assent.example.com/';
const whole = () => solutionFiles({ url, tables: TABLES });

describe('the solution', () => {
  it('is not made for an address that no form would show', () => {
    const script = path.resolve(import.meta.dirname, '../../scripts/solution.ts');
    const run = spawnSync(process.execPath, [script, '--url', 'http://assent.example.com'], {
      encoding: 'utf8',
    });
    expect([run.status, run.stderr]).toEqual([1, expect.stringContaining('--url must begin with https')]);
  });

  it('is a zip of its parts, the same each time, with the address of Assent in it', () => {
    const zip = zipOf(whole());
    expect(Buffer.from(zip).equals(Buffer.from(zipOf(whole())))).toBe(true);
    const files = unzipSync(zip);
    expect(Object.keys(files).sort()).toEqual([
      'WebResources/assent_chat.html',
      'WebResources/assent_chat.js',
      'WebResources/assent_form.js',
      '[Content_Types].xml',
      'customizations.xml',
      'solution.xml',
    ]);
    const page = strFromU8(files['WebResources/assent_chat.html'] ?? new Uint8Array());
    expect(page).toContain('content="https://assent.example.com"');
  });

  it('leaves out a table that the organisation does not have, with its rights', () => {
    const files = solutionFiles({ url, tables: ['contact', 'account'] });
    const text = [...files.values()].join('\n');
    expect(text).not.toMatch(/\blead\b|prv\w+Lead"/i);
    expect(text).toContain('prvReadContact');
    expect(solutionProblems(files)).toEqual([]);
  });

  it.each<[string, string, RegExp, string, RegExp]>([
    ['a tag that does not end', 'customizations.xml', /<\/Entities>/, '', /not well-formed/],
    ['an entity unknown to XML', 'solution.xml', /<Managed>/, '&nbsp;<Managed>', /not well-formed/],
    ['a managed solution', 'solution.xml', /<Managed>0/, '<Managed>1', /not unmanaged/],
    [
      'a part that is not there',
      'solution.xml',
      /schemaName="lead"/,
      'schemaName="task"',
      /named and not there/,
    ],
    ['a column without our prefix', 'customizations.xml', /"assent_Link"/, '"new_Link"', /prefix/],
    [
      'a column under two names',
      'customizations.xml',
      /<Name>assent_link</,
      '<Name>assent_links<',
      /Name is another/,
    ],
    ['a Boolean of one value', 'customizations.xml', /<option value="1"/, '<option value="0"', /two values/],
    ['a level that there is not', 'customizations.xml', /level="Global"/, 'level="All"', /has no level/],
    [
      'a file that is not there',
      'customizations.xml',
      /\/assent_form\.js/,
      '/assent_from.js',
      /is not there/,
    ],
    ['a table that is not ours, changed', 'customizations.xml', / unmodified="1"/, '', /would be changed/],
    [
      'a number of another organisation',
      'customizations.xml',
      /<EntityInfo>/,
      '<ObjectTypeCode>0</ObjectTypeCode><EntityInfo>',
      /number/,
    ],
    ['a file of no content type', '[Content_Types].xml', /Extension="js"/, 'Extension="mjs"', /content type/],
  ])('is refused with %s', (_what, file, part, other, says) => {
    const files = whole();
    const text = files.get(file) ?? '';
    expect(text).toMatch(part);
    files.set(file, text.replace(part, other));
    expect(solutionProblems(files).join('\n')).toMatch(says);
  });
});
