import type { Node } from 'oxc-parser';
import { isTest, type Module, place, readModules, visit } from '../architecture/modules.ts';

/** A sentence of the server as its source has it: `PART` where a value is put in. */
export interface SourceSentence {
  code: string;
  text: string;
  where: string;
}

/** Stands for whatever the server puts into a sentence. */
export const PART = '\u{fffc}';

/** Where sentences for people are made. */
const MAKERS = /^src\/(core|actions|http)\//;

/** Each pair of a code and a sentence: `new Refusal(409, 'code', 'Sentence.')`, `{ code: 'code', message: 'Sentence.' }`. */
export function serverSentences(): SourceSentence[] {
  return readModules()
    .filter(({ path }) => MAKERS.test(path) && !isTest(path))
    .flatMap(sentencesIn);
}

const CODE =
  /^[a-z0-9]+(-[a-z0-9]+)+$|^(denied|expired|granted|internal|locked|requested|superseded|unconfirmed)$/;
const CODES = ['code', 'reasonCode'];
const SAID = ['detail', 'message', 'text', 'reasonText'];

function sentencesIn(module: Module): SourceSentence[] {
  const constants = constantsIn(module);
  const found: SourceSentence[] = [];
  const say = (codes: string[], texts: string[], start: number) => {
    for (const code of codes.filter((one) => CODE.test(one)))
      for (const text of texts.filter((one) => one.includes(' ')))
        found.push({ code, text, where: place(module, { start }) });
  };
  const call = ({ arguments: given, start }: { arguments: Node[]; start: number }) => {
    const texts = given.map((each) => wordings(each, constants));
    const at = texts.findIndex((each) => each.length > 0 && each.every((one) => CODE.test(one)));
    if (at >= 0) for (const each of texts.slice(at + 1)) say(texts[at] ?? [], each, start);
  };
  visit(module.program, {
    CallExpression: call,
    NewExpression: call,
    ObjectExpression({ properties, start }) {
      const of = (names: string[]) =>
        properties.flatMap((one) =>
          one.type === 'Property' && one.key.type === 'Identifier' && names.includes(one.key.name)
            ? wordings(one.value, constants)
            : [],
        );
      say(of(CODES), of(SAID), start);
      // A table of sentences by code.
      for (const one of properties) {
        if (one.type !== 'Property') continue;
        const code = one.key.type === 'Literal' ? String(one.key.value) : '';
        say([code], wordings(one.value, constants), one.start);
      }
    },
  });
  return found;
}

type Constants = { name: string; start: number; value: Node }[];

function constantsIn(module: Module): Constants {
  const found: Constants = [];
  visit(module.program, {
    VariableDeclarator({ id, init, start }) {
      if (id.type === 'Identifier' && init !== null) found.push({ name: id.name, start, value: init });
    },
  });
  return found;
}

/** Every text an expression can be; empty for what is no text. */
function wordings(node: Node, constants: Constants): string[] {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [node.value] : [];
    case 'LogicalExpression':
      return [...wordings(node.left, constants), ...wordings(node.right, constants)];
    case 'ConditionalExpression':
      return [...wordings(node.consequent, constants), ...wordings(node.alternate, constants)];
    case 'TemplateLiteral':
      return node.quasis.reduce<string[]>(
        (before, quasi, index) => {
          const inner = node.expressions[index];
          const within = inner === undefined ? [''] : parts(inner, constants);
          return before.flatMap((one) => within.map((part) => one + quasi.value.raw + part));
        },
        [''],
      );
    case 'Identifier': {
      const known = constants.filter(({ name, start }) => name === node.name && start < node.start).at(-1);
      // A constant of the module may stand below.
      const value = known ?? constants.find(({ name }) => name === node.name);
      return value === undefined ? [] : wordings(value.value, constants);
    }
    default:
      return [];
  }
}

function parts(node: Node, constants: Constants): string[] {
  const known = wordings(node, constants);
  return known.length === 0 ? [PART] : known;
}
