import type { Node } from 'oxc-parser';
import { type Module, place, visit } from '../architecture/modules.ts';

/** Attributes whose text a person sees or hears. */
const SEEN = new Set([
  'alt',
  'aria-description',
  'aria-label',
  'aria-placeholder',
  'aria-roledescription',
  'aria-valuetext',
  'confirmLabel',
  'content',
  'description',
  'header',
  'hint',
  'label',
  'placeholder',
  'title',
  'validationMessage',
]);

/** The same in every language: the product's name. */
const SAME_EVERYWHERE = ['Assent'];

/** Words for people that stand in a screen instead of in the texts of a language. */
export function hardCodedText({ path, ...module }: Module): string[] {
  const found: string[] = [];
  const report = (text: string, node: Node) => {
    if (isWording(text)) found.push(`${place({ path, ...module }, node)} “${text.trim()}”`);
  };
  const look = (node: Node | null | undefined) => {
    for (const [text, at] of textsOf(node)) report(text, at);
  };
  const within = (child: Node) => {
    if (child.type === 'JSXExpressionContainer') look(child.expression as Node);
  };
  visit(module.program, {
    JSXText: (node) => report(node.value, node),
    JSXElement: ({ children }) => children.forEach(within),
    JSXFragment: ({ children }) => children.forEach(within),
    JSXAttribute({ name, value }) {
      const said = name.type === 'JSXIdentifier' ? name.name : `${name.namespace.name}:${name.name.name}`;
      if (!SEEN.has(said)) return;
      look(value?.type === 'JSXExpressionContainer' ? (value.expression as Node) : value);
    },
    // Columns of a table, points of a menu: `{ header: 'Name' }`.
    Property({ key, value }) {
      const said = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : '';
      if (SEEN.has(said) && said !== 'content') look(value);
    },
  });
  return found;
}

function isWording(text: string): boolean {
  // `{opens}` is what people type for a value that is filled in.
  const rest = SAME_EVERYWHERE.reduce(
    (left, same) => left.replaceAll(same, ''),
    text.replace(/\{\w+\}/g, ''),
  );
  return /\p{L}{2,}/u.test(rest);
}

/** What an expression shows as it stands; what a function answers is that function's matter. */
function textsOf(node: Node | null | undefined): [string, Node][] {
  switch (node?.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [[node.value, node]] : [];
    case 'TemplateLiteral':
      return node.quasis.map((quasi) => [quasi.value.raw, node]);
    case 'ConditionalExpression':
      return [...textsOf(node.consequent), ...textsOf(node.alternate)];
    case 'LogicalExpression':
      return [...textsOf(node.left), ...textsOf(node.right)];
    case 'BinaryExpression':
      return node.operator === '+' ? [...textsOf(node.left as Node), ...textsOf(node.right)] : [];
    default:
      return [];
  }
}
